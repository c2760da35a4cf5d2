"""PyTorch, measured beside bardtui in a process of its own."""

from pathlib import Path

import numpy as np
import pytest

from bardtui.benchmark.pytorch import torch_training
from bardtui.errors import UserError
from bardtui.model.network import NetworkSpec
from bardtui.training.plan import TrainPlan


def test_a_pytorch_that_fails_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('this PyTorch is broken')")
    monkeypatch.syspath_prepend(tmp_path)
    batch = np.zeros((2, 5), np.int32)
    with pytest.raises(UserError, match="PyTorch ended early"):
        next(torch_training(NetworkSpec(5, units=4), TrainPlan(), batch, batch))
    assert "this PyTorch is broken" in capfd.readouterr().err

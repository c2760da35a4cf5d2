"""Writing and training in PyTorch, with networks of the same sizes, its own LSTM and Adam.

Each has a process of its own, because importing PyTorch after TensorFlow can crash the process.
"""

import itertools
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.model.network import NetworkSpec
from bardtui.training.plan import TrainPlan

_MESSAGE = 10  # characters for each message between the processes


def torch_training(
    spec: NetworkSpec, plan: TrainPlan, inputs: NDArray[np.int32], targets: NDArray[np.int32]
) -> Iterator[int]:
    """Train on a batch again and again; yield the number of its characters after each step.

    `inputs` and `targets` are int32 (batch, time). Raises UserError if the process ends.
    """
    return _elsewhere(_train, spec, plan, inputs, targets)


def torch_writing(spec: NetworkSpec) -> Iterator[int]:
    """Sample one character at a time; yield their number now and then.

    The weights are random, which costs the same. Raises UserError if the process ends.
    """
    return _elsewhere(_write, spec)


def _elsewhere(way: Callable[..., Iterator[int]], *arguments: Any) -> Iterator[int]:
    """Yield what `way` yields, one item at a time, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    connection, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs, way, arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
            connection.send("next")
            yield connection.recv()
    except (EOFError, OSError) as error:
        raise UserError("PyTorch ended early; its own message is above") from error
    finally:
        process.kill()


def _answer(connection: Any, way: Callable[..., Iterator[int]], arguments: Any) -> None:
    """Send an item for each message."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the benchmark ends this process
    items = way(*arguments)
    while True:
        connection.recv()
        connection.send(next(items))


def _train(
    spec: NetworkSpec, plan: TrainPlan, inputs: NDArray[np.int32], targets: NDArray[np.int32]
) -> Iterator[int]:
    import torch
    from torch import nn

    class Network(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            widths = [spec.embedding_dim, *[spec.units] * spec.layers]
            self.embedding = nn.Embedding(spec.vocabulary_size, spec.embedding_dim)
            self.layers = nn.ModuleList(
                nn.LSTM(width, spec.units, batch_first=True) for width in widths[:-1]
            )
            self.dropout = nn.Dropout1d(spec.dropout)  # whole sequences of a feature
            self.logits = nn.Linear(sum(widths) if spec.skip else spec.units, spec.vocabulary_size)

        def forward(self, indices: Any) -> Any:
            outputs = [x := self.embedding(indices)]
            for layer in self.layers:
                x, _ = layer(self.dropped(x))
                outputs.append(x)
            return self.logits(self.dropped(torch.cat(outputs, 2) if spec.skip else x))

        def dropped(self, x: Any) -> Any:
            return self.dropout(x.transpose(1, 2)).transpose(1, 2)

    network = Network()
    optimizer = torch.optim.Adam(network.parameters(), plan.learning_rate)
    x, y = torch.from_numpy(inputs).long(), torch.from_numpy(targets).long()
    while True:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x).flatten(0, 1), y.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), plan.clip_norm)
        optimizer.step()
        yield targets.size


def _write(spec: NetworkSpec) -> Iterator[int]:
    import torch

    embedding = torch.nn.Embedding(spec.vocabulary_size, spec.embedding_dim)
    widths = [spec.embedding_dim, *[spec.units] * spec.layers]
    layers = [torch.nn.LSTM(width, spec.units, batch_first=True) for width in widths[:-1]]
    dense = torch.nn.Linear(sum(widths) if spec.skip else spec.units, spec.vocabulary_size)
    states: list[Any] = [None] * spec.layers
    index = 0
    with torch.inference_mode():
        for written in itertools.count(1):
            outputs = [x := embedding(torch.tensor([[index]]))]
            for n, layer in enumerate(layers):
                x, states[n] = layer(x, states[n])
                outputs.append(x)
            logits = dense(torch.cat(outputs, 2) if spec.skip else x)
            index = int(torch.multinomial(torch.softmax(logits[0, 0] / 0.8, -1), 1))
            if written % _MESSAGE == 0:
                yield _MESSAGE

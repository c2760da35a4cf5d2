"""Fuzzing of TF_CONFIG: workers and a rank among them, or one line."""

import json

from hypothesis import strategies as st

from bardtui.training.distributed import DistributionError, parse_tf_config
from tests.trust.fuzzing import ANY_JSON, ANY_TEXT, NUMBERS, fuzz, is_one_line

_ADDRESSES = st.sampled_from(
    ["10.0.0.1:2222", "localhost:1", "[::1]:80", "a:99999", "a", ":1", "é:1"]
)
_CONFIGS = st.fixed_dictionaries(
    {
        "cluster": st.fixed_dictionaries(
            {"worker": st.lists(_ADDRESSES | ANY_JSON, max_size=3) | ANY_JSON},
            optional={"chief": st.lists(_ADDRESSES), "ps": ANY_JSON},
        )
        | ANY_JSON,
        "task": st.fixed_dictionaries(
            {
                "type": st.sampled_from(["worker", "chief", "ps"]) | ANY_JSON,
                "index": st.sampled_from([0, 1, "0", "1", "abc", True, 0.5]) | NUMBERS | ANY_JSON,
            }
        )
        | ANY_JSON,
    },
    optional={"rpc_layer": ANY_JSON},
)


@fuzz((_CONFIGS | ANY_JSON).map(json.dumps) | ANY_TEXT)
def test_any_tf_config_names_workers_or_is_refused(raw: str) -> None:
    try:
        workers, rank = parse_tf_config(raw)
    except DistributionError as error:
        is_one_line(error)
    else:
        assert 0 <= rank < len(workers)
        assert all(isinstance(worker, str) for worker in workers)

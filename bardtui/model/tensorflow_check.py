"""Start TensorFlow, compile something, and print what was found, for `bardtui doctor`.

Run it with `python -m`: without memory, or on an old processor, TensorFlow ends its process.
"""

import json
import time


def main() -> None:
    """Print a JSON object: the seconds to start, the number of GPUs, and what is wrong with XLA."""
    began = time.perf_counter()
    import keras  # noqa: F401
    import tensorflow as tf

    seconds = time.perf_counter() - began
    gpus = len(tf.config.list_physical_devices("GPU"))
    try:
        compiled = tf.function(lambda x: x * 2 + 1, jit_compile=True)
        value = compiled(tf.ones(4)).numpy().sum()
        xla = "" if value == 12 else f"computed {value}"
    except (tf.errors.OpError, ValueError) as error:
        xla = str(error).splitlines()[0][:300]
    print(json.dumps({"seconds": seconds, "gpus": gpus, "xla": xla}))


if __name__ == "__main__":
    main()

"""The program's interface, in Textual."""

import os
import sys

# Textual paints on a grid of this many frames a second and reads the number when it is imported.
# At its default of 60, a key typed while a model writes takes up to 40 ms to show.
os.environ.setdefault("TEXTUAL_FPS", "120")

# Textual imports asyncio, which loads OpenSSL for encrypted connections. The interface makes none,
# and loading takes a fortieth of the time to the first screen. Downloads import ssl themselves.
if not {"asyncio", "ssl"} & sys.modules.keys():
    sys.modules["ssl"] = None  # type: ignore[assignment]
    import asyncio  # noqa: F401

    del sys.modules["ssl"]

"""Keras on a machine that takes hours to load it."""

import time

time.sleep(10_000)

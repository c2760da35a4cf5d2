"""The memory length of a model: how far back its state depends on the text."""

DEFAULT_MEMORY_LENGTH = 4_000  # of a model for which it has not been measured
MAX_MEMORY_LENGTH = 20_000

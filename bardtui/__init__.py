"""bardtui: write scenes together with a character-level LSTM, in a terminal."""

__version__ = "0.2.0"

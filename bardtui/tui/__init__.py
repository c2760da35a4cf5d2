"""The program's interface, in Textual."""

import os

# Textual paints on a grid of this many frames a second and reads the number when it is imported.
# At its default of 60, a key typed while a model writes takes up to 40 ms to show.
os.environ.setdefault("TEXTUAL_FPS", "120")

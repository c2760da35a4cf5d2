"""The forms in which a scene leaves, one module each."""

"""What the writer sees: the only package that imports Textual."""

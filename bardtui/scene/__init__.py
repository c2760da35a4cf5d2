"""Scenes: trees of passages, their journals on disk, and exports to other formats."""

"""The text being written: a tree of passages, its journal on disk, and the files it leaves as."""

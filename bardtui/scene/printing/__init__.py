"""Scenes on pages: the layouts of screenplays and plays, and where pages break."""

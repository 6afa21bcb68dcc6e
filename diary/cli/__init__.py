"""python -m diary: one file a command."""

"""Declared facts and settings; standard library only."""

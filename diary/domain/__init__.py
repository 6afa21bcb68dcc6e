"""The rules and the mathematics: no I/O, no clock, no Flask, no SQL."""

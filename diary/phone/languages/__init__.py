"""The languages that the phone speaks, one a file."""

"""The patients' web app."""

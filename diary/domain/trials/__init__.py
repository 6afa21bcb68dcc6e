"""Comparing the arms of a trial: week by week, over the whole period, and how its figures fade."""

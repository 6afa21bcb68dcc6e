"""The detector of lost relief: arrays in, arrays out."""

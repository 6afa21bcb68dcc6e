"""The use cases: what can be done here, each in the caller's unit of work."""

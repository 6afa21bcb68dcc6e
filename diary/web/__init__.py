"""What every door shares: unit of work, who is asking, problems, limits, headers."""

"""Engine, unit of work, tables and queries; queries take a session and never commit."""

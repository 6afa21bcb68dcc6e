"""One outside protocol each, with an in-memory twin for tests."""

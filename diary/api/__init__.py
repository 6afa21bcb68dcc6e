"""JSON API v1: parse, call, answer."""

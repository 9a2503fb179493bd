"""Keeping runs: the only code that knows SQL."""

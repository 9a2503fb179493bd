"""Judging what was seen: pure, with no network, no clock and no randomness but a seed."""

"""Speed and memory, measured; README.md says how and what came of it."""

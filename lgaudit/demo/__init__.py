"""The made-up sector that shows and tests the whole program without the internet."""

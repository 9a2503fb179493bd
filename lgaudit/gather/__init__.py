"""Looking at sites: the only code that touches the network."""

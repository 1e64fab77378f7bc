"""One page about a dataset: what is in it, how it is spread, and what looks wrong."""

"""An installation at work: reading sources, serving, its state, what is wrong with it."""

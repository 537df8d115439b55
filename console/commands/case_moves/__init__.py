"""Commands by which an agent moves a case on: its state, whose it is, how it is classed."""

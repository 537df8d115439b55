"""The sample desk that `firstline init` copies: two invented providers."""

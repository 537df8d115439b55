"""Commands for those who add to a desk: files to begin with, and its sentences."""

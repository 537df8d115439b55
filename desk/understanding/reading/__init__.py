"""A message as it is read: its words, mended and each with its place, and what an observation of it is. Pure."""

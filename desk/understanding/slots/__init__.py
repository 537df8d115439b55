"""Values of one meaning each: since when, on what, which lamps. Every module finds its own in a reading. Pure."""

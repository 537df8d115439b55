"""People who are played against the desk from their first word to the end of the matter, and what became of them."""

"""Finds the article that fits a person's words: indexes, spelling, ranking, and whether anything fits at all. Pure."""

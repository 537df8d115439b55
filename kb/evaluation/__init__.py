"""Measures how often the search is right. Pure."""

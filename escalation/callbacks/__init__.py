"""Calls that subscribers ask for: promised as far as there are people to make them, tried again, kept or missed."""

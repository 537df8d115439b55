"""Calls that subscribers ask for."""

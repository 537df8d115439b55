"""Faults: what breaks around the desk, how it waits, and how it goes on by itself with nothing lost."""

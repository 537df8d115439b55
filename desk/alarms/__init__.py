"""Alarms: what waits or is in trouble, told to people at once, then louder, and never in a burst."""

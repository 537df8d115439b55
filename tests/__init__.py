"""Whole stories over every channel, then each room closely."""

"""Whole stories over every door, then each room closely."""

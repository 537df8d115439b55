"""Firstline as it is installed: from a wheel, by systemd, in a container."""

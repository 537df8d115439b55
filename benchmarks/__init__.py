"""Figures of the desk, each measured in one run beside the rival it is compared with."""

"""The command ``agents`` and its parts."""

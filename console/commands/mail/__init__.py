"""The commands of ``firstline mail``, one module each."""

"""The commands of ``firstline``, one module each."""

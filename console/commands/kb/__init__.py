"""The commands of ``firstline kb``, one module each."""

"""Every sentence the desk says: ``<language>/<name>.txt``, and the frames of its letters."""

"""Starting, wiring and running the desk."""

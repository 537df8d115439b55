"""How fast and how much one person may write, and when a silent dialog is over."""

"""What every command shares: the desk folder, output, labels, errors, and the log."""

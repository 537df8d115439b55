"""Sources of accounts that are asked one key at a time, and whom nobody waits for: a client's own systems."""

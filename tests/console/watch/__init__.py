"""What a desk tells of itself to whoever watches it."""

"""What the checkout needs to be made, tested and checked; nothing of it is installed."""

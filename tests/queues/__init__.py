"""The queues by themselves, and what the pipeline writes into them, on both databases."""

"""What is kept of people, and what becomes of it."""

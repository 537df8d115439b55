"""What is printed and logged, and in which language."""

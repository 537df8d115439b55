"""What `firstline check` looks at without asking anybody outside."""

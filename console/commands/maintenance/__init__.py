"""Commands by which an operator keeps a desk going for years, one module each."""

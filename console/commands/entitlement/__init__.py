"""Commands about who is entitled to what: tables taken in, keys looked up, customers searched."""

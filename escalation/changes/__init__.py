"""Change requests: a window that the customer and the provider both agree to, and what becomes of it (D6)."""

"""Telegram: hearing, dressing, sending, polling and webhooks, and the wire's own limits."""

"""Telegram: parsing updates, rendering, sending, polling and webhooks, and the Bot API's limits."""

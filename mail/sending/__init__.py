"""Sending: messages are rendered and composed, and limits on automatic mail are kept."""

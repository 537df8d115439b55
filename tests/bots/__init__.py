"""The Telegram room, closely: exact examples for the pure parts, a Bot API over HTTP for the others."""

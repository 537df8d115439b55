"""IMAP and SMTP connections, and TLS."""

"""Mail: messages are received over IMAP, read in child processes, composed and sent over SMTP."""

"""What a message contains: its text, from plain text, HTML, RTF or TNEF, and its attachments. Pure."""

"""TODO: one sentence on what lives in mail/reading."""

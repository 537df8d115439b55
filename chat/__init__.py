"""TODO: one sentence on what lives in chat."""

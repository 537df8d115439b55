"""TODO: one sentence on what lives in intake/engine."""

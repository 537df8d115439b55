"""TODO: one sentence on what lives in console/commands."""

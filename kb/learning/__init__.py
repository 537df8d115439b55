"""TODO: one sentence on what lives in kb/learning."""

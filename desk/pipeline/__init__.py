"""TODO: one sentence on what lives in desk/pipeline."""

"""TODO: one sentence on what lives in console/runtime."""

"""Articles as values: how they are read, checked, exported, filled with a provider's facts and printed. Pure."""

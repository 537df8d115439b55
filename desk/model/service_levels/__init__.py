"""Service levels of a provider's contracts: which clocks run, for how long, in which calendar, and what follows."""

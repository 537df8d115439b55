"""Rules that walk a dialog: what a message tells, the next question, the summary, what is known so far. Pure."""

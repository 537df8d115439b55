"""The one typed way into the desk for commands and, later, a web console and other programs: submit, and ask."""

"""The top level: the wiring of all packages, the roles of `serve`, and the commands."""

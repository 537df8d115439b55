"""The roof: the wiring where the rooms meet, the loops of `serve`, and the commands."""

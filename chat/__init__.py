"""The chat as a channel: in a terminal today, on a web page later."""

"""Killing the desk: crowds write while it is killed again and again, and in the end a ledger must be whole."""

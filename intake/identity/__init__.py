"""Whose account is meant: contract numbers in a text, tables of subscribers, and how often somebody may guess."""

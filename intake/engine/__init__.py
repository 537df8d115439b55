"""Dialogs: their files, the questions they ask, how answers are read, and what the answers come to. Pure."""

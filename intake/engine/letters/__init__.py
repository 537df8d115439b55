"""Dialogs by mail: a few questions in one letter, and answers to it in any arrangement. Pure."""

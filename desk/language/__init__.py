"""Texts: their language, characters, comparison, markup, templates, conditions, and what a short answer means."""

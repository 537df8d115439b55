"""The pictures of the packaged articles, drawn by code."""

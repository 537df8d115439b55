"""Self-help: articles, how they are read and served, and which of them fits what a person wrote."""

"""The knowledge base: articles, finding the one that fits a person's words, and learning from how they are used."""

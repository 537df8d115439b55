"""The knowledge base in the database: its tables, and all that reads or writes them."""

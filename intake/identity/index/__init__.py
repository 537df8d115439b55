"""The index of accounts in the database: what the pipeline awaits, and how a table gets into it."""

"""What a message says: acts and values, each with the words it comes from. Pure; whatever decides relies on this."""

"""What the desk has of people: kept as long as the policy says, erased and handed over when they ask."""

"""The ground floor: what a case is, what comes in, what goes out, and the one corridor between."""

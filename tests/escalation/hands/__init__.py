"""Cases pass from hand to hand."""

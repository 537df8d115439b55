"""Cases pass from hand to hand: states, owners, levels, classes; two cases that are one; and slips taken back."""

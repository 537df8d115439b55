"""Clocks of cases: what starts, stops and fulfils them, what follows when time runs out, and how they are explained."""

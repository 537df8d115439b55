"""Stories of agents at work in their group."""

"""Agents: who they are, by what they are known, for whom they work, and whether they are there."""

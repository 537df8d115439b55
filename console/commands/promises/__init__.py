"""Commands about what was promised to subscribers beside a solution: calls."""

"""Forty slips of an operator: the good files of a desk (``desk/``), and what is mistyped in them (``slips.toml``)."""

"""Providers' tables of accounts and other sources of them, as a process of the desk uses them."""

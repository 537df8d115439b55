"""Automatic mail: bounces, out-of-office replies, mailing lists and challenges are recognised. Pure."""

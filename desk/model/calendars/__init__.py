"""Calendars of working hours: files of them, and the time that is counted in them. Pure."""

"""Commands of service levels: calendars of working time, and what is due when."""

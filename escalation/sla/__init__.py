"""Service levels: calendars of working time, and clocks that count it."""

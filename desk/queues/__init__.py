"""The queues in the database: arrivals to be decided, departures to be sent, timers to fire."""

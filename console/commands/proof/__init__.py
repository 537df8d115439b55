"""Commands by which somebody comes to prove whose account they hold."""

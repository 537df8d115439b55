"""What a serving process tells of itself and of its desk: probes, metrics, the service manager."""

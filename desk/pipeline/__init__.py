"""The pipeline: what was received is parsed, looked up, decided, composed and written, then sent."""

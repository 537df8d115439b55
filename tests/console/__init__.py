"""The console command, as operators and agents type it."""

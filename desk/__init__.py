"""The base of all packages: cases, what comes in, what goes out, and the pipeline between."""

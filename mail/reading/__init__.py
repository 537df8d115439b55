"""A whole message read into one value, in a child process that can be killed."""

"""The servers that tests talk to: real ones where they exist, our own emulators where they do not."""

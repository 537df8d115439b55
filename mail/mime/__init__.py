"""MIME: a message's bytes parsed into headers and parts, with charsets and transfer encodings decoded. Pure."""

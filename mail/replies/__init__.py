"""Replies: quoted history and signatures are found and folded away, so that what is new remains. Pure."""

"""The guided dialogs: what to ask, how an answer is understood, and whose account it is about."""

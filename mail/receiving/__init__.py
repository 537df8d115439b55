"""Receiving: new mail is fetched from a mailbox, stored, and recorded in the ledger."""

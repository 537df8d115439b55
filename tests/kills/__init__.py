"""The desk is killed again and again while people write; in the end every message must be accounted for."""

"""Values that all packages share: messages, cases, people, acts, facts, policy and settings. No database queries."""

"""How a provider's letters look: its colour and its logo."""

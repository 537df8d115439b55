"""Operations of agents that move a case on: through its states, from hand to hand, to another class."""

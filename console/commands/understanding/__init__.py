"""What the desk makes of words: one sentence, labelled sentences, letters that answer a dialog."""

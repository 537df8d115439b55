"""How words agree, tell a finished story, or stand against closing: classes of words, and what their sequences mean."""

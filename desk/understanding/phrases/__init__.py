"""The phrases by which acts are told, one file per group of acts. How they are written: `phrase_patterns`."""

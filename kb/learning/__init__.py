"""What is learned from how articles were used: new phrasings, gaps, drafts and figures. Pure."""

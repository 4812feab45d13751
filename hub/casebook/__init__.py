"""What happened in a case, in order: everything that refers to it, notes, and what the next shift must know."""

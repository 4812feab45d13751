"""Found: somebody says "child is with me", which stops the room until the police room says what it was."""

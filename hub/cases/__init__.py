"""Cases: the frame in which searching, watching and looking at footage is allowed, with its purpose."""

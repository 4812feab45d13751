"""Makes the shipped networks again from the registry packages they come from; see ../MODELS.md for how to run it."""

"""The search and the path measured on simulated communities, whose truth is known."""

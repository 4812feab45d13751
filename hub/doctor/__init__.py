"""``qianshao doctor``: what of the machine and the installation is not as the hub needs it, and what to do."""

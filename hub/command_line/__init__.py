"""What stands behind the command ``qianshao``: its groups of commands and their options, by what they are for."""

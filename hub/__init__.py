"""The central hub: one process by default, put together from rooms by app.py."""

"""The community's streets as a network: who is nearest on foot."""

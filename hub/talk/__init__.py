"""Calls: who may speak in which talk group, and their voice passed on as it came."""

"""Reads a description as people type it, Chinese or English, one idea a file."""

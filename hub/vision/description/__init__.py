"""Describes a person seen on a camera by clothing: colours in words, and a short descriptor to compare by."""

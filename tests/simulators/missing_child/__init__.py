"""Tests of the missing child story in a simulated community."""

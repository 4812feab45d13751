"""Exports of footage: clips for a case, with everyone but the person sought blurred, and a signed statement of them."""

"""Parity: whether implementations of a descriptor compute the same, in units of unavoidable rounding."""

"""Decisions without I/O, by subject. Only the standard library and the kernel of the chassis are used here."""

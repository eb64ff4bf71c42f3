"""Decoders of files. They run in a process of their own (`sandbox`); the libraries are imported there only."""

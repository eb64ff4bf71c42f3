"""Adapters: stores for files, decoders that check them, a virus scanner. No database."""

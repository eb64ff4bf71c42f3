"""Adapters: stores for files, decoders that check them, a virus scanner, packages of calendars. No database."""

"""Files that people upload: stores, decoders that check and copy them, a virus scanner. No database, and no service."""

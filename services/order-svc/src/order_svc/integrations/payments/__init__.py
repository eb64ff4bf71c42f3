"""Payment providers behind one port: a protocol, and one adapter per provider."""

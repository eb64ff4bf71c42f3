"""E-mail: SMTP out (RFC 5321), IMAP in (RFC 9051)."""

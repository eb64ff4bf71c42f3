"""Platforms over which people write or call: WeChat, QQ, a provider of text messages, and a telephone system, as ASGI applications."""

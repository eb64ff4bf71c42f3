"""Stripe, WeChat Pay and Alipay as processes of their own, each with an account made at the start."""

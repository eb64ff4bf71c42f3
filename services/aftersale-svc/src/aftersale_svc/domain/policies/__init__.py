"""Policies of the platform, as kb-svc has published them, and how decisions cite them."""

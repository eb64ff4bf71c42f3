"""The verbs that change something in cs-svc, one file per noun."""

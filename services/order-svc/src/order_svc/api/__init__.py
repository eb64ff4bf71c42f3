"""Routes and schemas of the REST API."""

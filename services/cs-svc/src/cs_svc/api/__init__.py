"""The HTTP face of cs-svc: routes by noun, and the shapes that go over the wire."""

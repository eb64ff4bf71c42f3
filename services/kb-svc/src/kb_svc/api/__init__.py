"""The HTTP face of kb-svc: routes by noun, and the shapes that go over the wire."""

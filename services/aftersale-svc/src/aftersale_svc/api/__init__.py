"""Routes and the shapes that go over HTTP."""

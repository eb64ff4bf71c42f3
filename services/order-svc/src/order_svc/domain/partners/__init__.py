"""Partners that post to this service: the endpoints of couriers, and the pushes of couriers and payment providers."""

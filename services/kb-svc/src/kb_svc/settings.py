"""What kb-svc is told by its environment, beyond what every service is."""

from aftercare_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """kb-svc needs nothing of its own yet: it hears nobody and waits for nothing."""

"""The settings of kb-svc."""

from aftercare_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of every service; kb-svc has none of its own."""

"""The settings of analytics-svc."""

from aftercare_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of every service; analytics-svc has none of its own."""

    port: int = 8005

"""The settings of analytics-svc."""

from aftercare_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Those every service has, and none besides."""

    port: int = 8005

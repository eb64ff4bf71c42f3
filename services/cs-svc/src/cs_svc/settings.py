"""The settings of cs-svc: the service levels that conversations and complaints are measured by."""

from aftercare_chassis.settings import Hours, ServiceSettings


class Settings(ServiceSettings):
    """What every service is told, and the hours within which people are answered here."""

    reply_hours: Hours = 4
    complaint_answer_hours: Hours = 48

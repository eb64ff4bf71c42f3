"""The settings of cs-svc: within how many hours people are to be answered."""

from aftercare_chassis.settings import Hours, ServiceSettings


class Settings(ServiceSettings):
    """The settings of every service, and the hours after which an unanswered message or complaint is marked as overdue."""

    reply_hours: Hours = 4
    complaint_answer_hours: Hours = 48

"""The settings of this service; the only place that reads the environment."""

from aftercare_chassis.settings import Hours, ServiceSettings


class Settings(ServiceSettings):
    """How many hours a case or a dispute may stay in a state before its timer acts."""

    review_hours: Hours = 48
    cancellation_review_hours: Hours = 24
    answer_hours: Hours = 48
    answered_hours: Hours = 72
    manual_review_hours: Hours = 24
    return_address_hours: Hours = 48
    buyer_ship_hours: Hours = 7 * 24
    return_transit_hours: Hours = 15 * 24
    inspection_hours: Hours = 10 * 24
    rejected_hours: Hours = 7 * 24
    refund_hours: Hours = 24
    merchant_answer_hours: Hours = 48
    platform_review_hours: Hours = 72
    dispute_window_hours: Hours = 7 * 24

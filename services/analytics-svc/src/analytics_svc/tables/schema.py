"""The metadata of analytics-svc's database."""

from aftercare_chassis.database.columns import service_metadata

metadata = service_metadata()

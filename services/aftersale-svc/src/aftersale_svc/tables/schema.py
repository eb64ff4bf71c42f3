"""The metadata of this service's own database."""

from aftercare_chassis.database.columns import service_metadata

metadata = service_metadata()

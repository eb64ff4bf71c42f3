"""The metadata of kb-svc's own database."""

from aftercare_chassis.database.columns import service_metadata

metadata = service_metadata()

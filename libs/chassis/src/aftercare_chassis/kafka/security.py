"""The security of connections to Kafka: TLS, and who we are, by a certificate of our own or by a password (SASL with SCRAM).

Certificates and passwords change while processes run: each new client reads the files again, and those that are there take the new
certificates for their next connections.
"""

import asyncio
import ssl
from collections.abc import Mapping
from types import MappingProxyType

import structlog

from aftercare_chassis.settings import KafkaSettings
from aftercare_chassis.wakeup import set_within
from aftercare_chassis.watched_files import LOOK_SECONDS, WatchedFiles

PLAIN: Mapping[str, object] = MappingProxyType({})
log = structlog.get_logger(__name__)


class Security:
    """The security that these settings ask for."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        names = (settings.kafka_ca_file, settings.kafka_certificate_file, settings.kafka_key_file)
        self._context: ssl.SSLContext | None = None
        self._files = WatchedFiles([name for name in names if name], self._read, 0, _unreadable)
        self.has_certificates = settings.kafka_security_protocol.endswith("SSL")

    def options(self) -> Mapping[str, object]:
        """Options of aiokafka's clients.

        Raises:
            OSError, ssl.SSLError: A file of a certificate or key cannot be read.
        """
        settings, protocol = self._settings, self._settings.kafka_security_protocol
        options: dict[str, object] = {"security_protocol": protocol}
        if self.has_certificates:
            # One context for all clients of the process: a client makes every connection with that which it has got.
            if self._context is None:
                self._context = ssl.create_default_context(cafile=settings.kafka_ca_file)
            self._files.load()
            options["ssl_context"] = self._context
        if protocol.startswith("SASL"):
            options["sasl_mechanism"] = settings.kafka_sasl_mechanism
            options["sasl_plain_username"] = settings.kafka_username
            options["sasl_plain_password"] = settings.current("kafka_password")
        return options

    async def keep(self, stop: asyncio.Event) -> None:
        """Read certificates again when their files have changed, until `stop` is set. Files that cannot be read change nothing."""
        while not await set_within(stop, LOOK_SECONDS):
            if self._context is not None:
                self._files.look()

    @property
    def generation(self) -> int:
        """How often certificates were read."""
        return self._files.value

    def _read(self) -> int:
        """Read the certificates into the context; how often they have been."""
        settings, context = self._settings, self._context
        if context is not None and settings.kafka_ca_file:
            context.load_verify_locations(settings.kafka_ca_file)
        if context is not None and settings.kafka_certificate_file:
            context.load_cert_chain(settings.kafka_certificate_file, settings.kafka_key_file)
        return self._files.value + 1


def _unreadable(error: Exception) -> None:
    log.error("kafka_certificates_unreadable", error=type(error).__name__)

"""The security of connections to Kafka: TLS, and who we are, by a certificate of our own or by a password (SASL with SCRAM).

Certificates and passwords change while processes run: each new client reads the files again, and those that are there take the new
certificates for their next connections.
"""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import structlog

from aftercare_chassis.settings import KafkaSettings
from aftercare_chassis.wakeup import set_within

PLAIN: Mapping[str, object] = MappingProxyType({})
LOOK_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Security:
    """The security that these settings ask for. `generation` counts how often certificates were read."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        names = (settings.kafka_ca_file, settings.kafka_certificate_file, settings.kafka_key_file)
        self._files = [Path(name) for name in names if name]
        self._context: ssl.SSLContext | None = None
        self._read: list[int] = []
        self.generation = 0
        self.has_certificates = settings.kafka_security_protocol.endswith("SSL")

    def options(self) -> Mapping[str, object]:
        """Options of aiokafka's clients.

        Raises:
            OSError, ssl.SSLError: A file of a certificate or key cannot be read.
        """
        settings, protocol = self._settings, self._settings.kafka_security_protocol
        options: dict[str, object] = {"security_protocol": protocol}
        if self.has_certificates:
            options["ssl_context"] = self._certificates()
        if protocol.startswith("SASL"):
            options["sasl_mechanism"] = settings.kafka_sasl_mechanism
            options["sasl_plain_username"] = settings.kafka_username
            options["sasl_plain_password"] = settings.current("kafka_password")
        return options

    async def keep(self, stop: asyncio.Event) -> None:
        """Read certificates again when their files have changed, until `stop` is set. Files that cannot be read change nothing."""
        while not await set_within(stop, LOOK_SECONDS):
            try:
                if self._context is not None:
                    self._certificates()
            except (OSError, ssl.SSLError) as error:
                log.error("kafka_certificates_unreadable", error=type(error).__name__)

    def _certificates(self) -> ssl.SSLContext:
        """One context for all clients of the process: a client makes every connection with that which it has got."""
        settings, times = self._settings, [file.stat().st_mtime_ns for file in self._files]
        context = self._context or ssl.create_default_context(cafile=settings.kafka_ca_file)
        if times == self._read:
            return context
        if settings.kafka_ca_file:
            context.load_verify_locations(settings.kafka_ca_file)
        if settings.kafka_certificate_file:
            context.load_cert_chain(settings.kafka_certificate_file, settings.kafka_key_file)
        self._context, self._read = context, times
        self.generation += 1
        return context

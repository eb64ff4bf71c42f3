"""The settings of a service: environment variables `AFTERCARE_…`, or files of the same names in a secrets directory."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import TypeVar  # PEP 696: `typing` has TypeVar(default=…) from Python 3.13 on

PREFIX = "AFTERCARE_"
DIRECTORY = f"{PREFIX}SECRETS_DIR"
_LIKENESS = 0.85  # of a misspelt name, between 0 and 1


def _address(value: str, *, schemes: tuple[str, ...]) -> str:
    if urlsplit(value).scheme not in schemes:
        raise ValueError(f"must start with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return value


def _bootstrap(value: str) -> str:
    for broker in value.split(","):
        host, _, port = broker.strip().rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("must be host:port, or several separated by commas")
    return value


def _split(value: Any) -> Any:  # Any: pydantic passes what it was given, and validates what is returned
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _networks(value: Any) -> Any:  # Any: see _split
    try:
        return tuple(map(ip_network, _split(value)))
    except ValueError:
        raise ValueError("must be addresses or networks such as 10.0.0.0/8, separated by commas") from None


PostgresUrl = Annotated[str, AfterValidator(partial(_address, schemes=("postgresql", "postgres")))]
HttpUrl = Annotated[str, AfterValidator(partial(_address, schemes=("http", "https")))]
Parts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several texts, which are separated by commas in a variable."""
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
"""Addresses and networks, such as `10.0.0.0/8`, separated by commas in a variable."""
Hours = Annotated[float, Field(gt=0, le=24 * 366, allow_inf_nan=False)]


def renamed(name: str, *former: str) -> Any:  # Any: what `Field` returns
    """`new_hours: Annotated[Hours, renamed("new_hours", "old_hours")]`: a setting that is read by its former names too.

    The first of these names that is set counts. A process that starts logs a warning for each former name.
    """
    return Field(validation_alias=AliasChoices(*(PREFIX + each.upper() for each in (name, *former))))


class SettingsInvalid(SystemExit):
    """Settings are missing or malformed. Uncaught, it ends the process with one line per variable on stderr."""


class KafkaSettings(BaseSettings):
    """How the brokers are reached, by services and by commands that need nothing else. See `kafka/security.py`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True, populate_by_name=True
    )

    kafka: Annotated[str, AfterValidator(_bootstrap), Field(examples=["127.0.0.1:9092"])]
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    # Who signs the certificates of the brokers; without it whoever this machine trusts.
    kafka_ca_file: str | None = None
    # Our own certificate and its key, where the brokers ask for one.
    kafka_certificate_file: str | None = None
    kafka_key_file: str | None = None
    kafka_sasl_mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_username: str | None = None
    kafka_password: Annotated[str | None, Field(repr=False)] = None

    def __init__(self, **values: Any) -> None:  # Any: each setting has a type of its own, which pydantic validates
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsInvalid("\n".join(_lines(error))) from None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        sasl = self.kafka_security_protocol.startswith("SASL")
        if sasl != (self.kafka_username is not None and self.kafka_password is not None):
            raise ValueError(
                f"AFTERCARE_KAFKA_USERNAME and AFTERCARE_KAFKA_PASSWORD {'are needed' if sasl else 'have no effect'} "
                f"with AFTERCARE_KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol}"
            )
        if (self.kafka_certificate_file is None) != (self.kafka_key_file is None):
            raise ValueError("AFTERCARE_KAFKA_CERTIFICATE_FILE and AFTERCARE_KAFKA_KEY_FILE are set together")
        return self

    def current(self, name: str) -> Any:  # Any: see __init__
        """The value of a setting now, where it is a file of the secrets directory that may have changed; else that of the start."""
        directory, variable = os.environ.get(DIRECTORY), f"{PREFIX}{name.upper()}"
        file = Path(directory) / variable if directory else None
        if file is None or os.environ.get(variable) or not file.is_file():
            return getattr(self, name)
        return file.read_text(encoding="utf-8").strip() or getattr(self, name)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources in the order of their precedence: arguments, variables, files of the secrets directory."""
        directory = os.environ.get(DIRECTORY)
        files = (SecretsSettingsSource(settings_cls, secrets_dir=directory),) if directory else ()
        return (init_settings, env_settings, *files)


class ServiceSettings(KafkaSettings):
    """The settings every service has; a service adds its own in its `settings.py`."""

    database_url: Annotated[PostgresUrl, Field(examples=["postgresql://user@127.0.0.1/database"])]
    # The role that owns the tables, where that of `database_url` may only read and write rows: for `migrate` and `replay`.
    migration_database_url: PostgresUrl | None = None
    # Whose tokens are accepted, see `auth/issuers.py`: the keys of one issuer by file, or issuers with rules of their own, or both.
    jwks_file: Annotated[str | None, Field(examples=["/etc/aftercare/jwks.json"])] = None
    jwt_issuer: str = "aftercare-local"
    issuers_file: str | None = None
    # Keys, tokens, subjects and clients that are refused from now on, see `auth/withdrawals.py`.
    withdrawn_file: str | None = None
    signing_key: Annotated[str, Field(min_length=16, repr=False, examples=["an example of a signing key"])]
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    otlp_endpoint: HttpUrl | None = None
    # The part of the traces that is recorded, where neither an event nor a caller in `trace_trusted_networks` has decided.
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = 1.0
    # Addresses and networks, separated by commas, whose callers decide by the flag in `traceparent` whether their traces are recorded.
    trace_trusted_networks: Networks = ()
    cors_origins: Parts = ()
    pool_size: Annotated[int, Field(ge=1, le=1000)] = 10
    # Per caller and process, such as 600/minute; empty means no limit. Several processes: see `http/rate_limit.py`.
    rate_limit: Annotated[str, Field(pattern=r"^$|^\d+/(second|minute|hour|day)$")] = ""
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    body_seconds: Annotated[float, Field(gt=0)] = 15
    request_seconds: Annotated[float, Field(gt=0)] = 15
    # How long a request waits for its turn at most, where more arrive than `pool_size` that run at a time: see `http/admission.py`.
    queue_seconds: Annotated[float, Field(gt=0, le=60)] = 1
    deadline_poll_seconds: Annotated[float, Field(gt=0)] = 5

    @model_validator(mode="after")
    def _has_an_issuer(self) -> Self:
        if self.jwks_file is None and self.issuers_file is None:
            raise ValueError("AFTERCARE_JWKS_FILE is not set, nor is AFTERCARE_ISSUERS_FILE")
        return self

    @property
    def owner_url(self) -> str:
        """The address of the database with the role that owns its tables."""
        return str(self.current("migration_database_url") or self.current("database_url"))

    @classmethod
    def example(cls) -> Self:
        """Settings from the examples of their fields, for a service that is described but never runs."""
        given = {name: field.examples for name, field in cls.model_fields.items()}
        return cls(**{name: examples[0] for name, examples in given.items() if examples})

    @classmethod
    def name_warnings(cls) -> Iterator[str]:
        """What is wrong with the names that are set: one is a former name, or is like a setting and read by nobody.

        Names that are like no setting are left alone: services and tools of one machine share their environment.
        """
        known, given, counts = cls.names(), _given_names(), dict[str, str]()
        for name, present in known.items():
            if name not in given:
                continue
            first = counts.setdefault(present, name)
            if name != present:
                yield f"{name} is a former name of {present}" + ("" if name == first else f", ignored beside {first}")
        for name in sorted(given - known.keys()):
            for like in get_close_matches(
                name.removeprefix(PREFIX), [n.removeprefix(PREFIX) for n in known], 1, _LIKENESS
            ):
                yield f"{name} is not a setting: is {PREFIX}{like} meant?"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Every name that is read, with the present name of its setting, which comes before its former ones."""
        found = {DIRECTORY: DIRECTORY}
        for name, field in cls.model_fields.items():
            present, alias = PREFIX + name.upper(), field.validation_alias
            choices = alias.choices if isinstance(alias, AliasChoices) else [present]
            found |= {str(each): present for each in choices}
        return found


S = TypeVar("S", bound=ServiceSettings, default=ServiceSettings)
"""The class of a service's own settings. Without a parameter, `Transaction` or `Runtime` is that of any service.

A function that reads a setting of its service takes `Transaction[Settings]`; one that reads none takes `Transaction`, and
serves as a handler of every service: what holds settings is covariant, what is called with them is contravariant.
"""
S_co = TypeVar("S_co", bound=ServiceSettings, default=ServiceSettings, covariant=True)
S_contra = TypeVar("S_contra", bound=ServiceSettings, default=ServiceSettings, contravariant=True)


def _given_names() -> set[str]:
    """The names, in capital letters, of the variables that are set and of the files in the secrets directory."""
    directory = os.environ.get(DIRECTORY)
    files = [each.name for each in Path(directory).iterdir()] if directory else []
    names = [*(name for name, value in os.environ.items() if value), *files]
    return {name.upper() for name in names if name.upper().startswith(PREFIX)}


def _lines(error: ValidationError) -> list[str]:
    """One line per variable that is missing or malformed, without its value, which may be a secret."""
    lines = []
    for each in error.errors(include_input=False, include_url=False):
        if not each["loc"]:  # several settings do not fit each other
            lines.append(each["msg"].removeprefix("Value error, "))
            continue
        name = PREFIX + "_".join(str(part) for part in each["loc"][:1]).upper().removeprefix(PREFIX)
        what = "is not set" if each["type"] == "missing" else f"is malformed: {each['msg']}"
        lines.append(f"{name} {what}")
    return lines

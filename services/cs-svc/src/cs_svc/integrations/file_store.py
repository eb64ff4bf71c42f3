"""The store of attachments that the settings name."""

import hmac
from pathlib import Path

from aftercare_chassis.settings import SettingsInvalid
from aftercare_files.stores.local import LocalStore
from aftercare_files.stores.port import FileStore
from aftercare_files.stores.signatures import Credentials
from aftercare_files.virus_scan import VirusScanner

from cs_svc.settings import Settings

LOCAL_BUCKET, LOCAL_PREFIX = "attachments", "/v1/attachment-store"
"""The name of the local store, and the path of its routes."""
_SECONDS = 30.0


def configured(settings: Settings) -> FileStore:
    """The S3-compatible store where its address is set, else the folder. Raises: SettingsInvalid where a key is missing."""
    if settings.attachment_s3_url is None:
        return _local(settings)
    names = ("attachment_s3_access_key", "attachment_s3_secret_key")
    missing = [name for name in names if not getattr(settings, name)]
    if missing:
        raise SettingsInvalid("\n".join(f"AFTERCARE_{name.upper()} is not set" for name in missing))
    return _s3(settings, settings.attachment_s3_url)


def scanner(settings: Settings) -> VirusScanner | None:
    """The virus scanner, where there is one."""
    if not settings.attachment_clamd:
        return None
    from aftercare_files.clamd import Clamd  # its client is not needed otherwise

    host, _, port = settings.attachment_clamd.rpartition(":")
    return Clamd(host, int(port))


def _local(settings: Settings) -> LocalStore:
    # Derived, so that nothing has to be configured, and a link cannot be made with what signs something else.
    secret = hmac.new(settings.signing_key.encode(), b"attachment store", "sha256").hexdigest()
    url = settings.attachment_public_url.rstrip("/") + LOCAL_PREFIX
    return LocalStore(Path(settings.attachment_folder), Credentials("local", secret), url, LOCAL_BUCKET)


def _s3(settings: Settings, url: str) -> FileStore:
    # httpx is not needed by the local store, whose process then starts faster.
    from aftercare_chassis.http.partner_client import PartnerClient
    from aftercare_files.stores.s3 import S3Store

    credentials = Credentials(
        settings.attachment_s3_access_key or "", settings.attachment_s3_secret_key or "", settings.attachment_s3_region
    )
    return S3Store(
        PartnerClient(timeout=_SECONDS),
        credentials,
        url=url,
        public_url=settings.attachment_s3_public_url or url,
        bucket=settings.attachment_s3_bucket,
    )

"""The issuers of a running process, each with its keys. Their file is read again when it has changed."""

import asyncio
from collections.abc import Callable

from aftercare_chassis.auth import issuers
from aftercare_chassis.auth.issuers import CLIENT_PREFIX, Issuer, Roles
from aftercare_chassis.auth.key_set import FileKeys
from aftercare_chassis.auth.remote_keys import RemoteKeys
from aftercare_chassis.auth.watched_file import watched_file
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.wakeup import set_within
from aftercare_chassis.watched_files import LOOK_SECONDS, WatchedFiles

Keys = FileKeys | RemoteKeys


class KnownIssuers:
    """The issuers that the settings name, and those of the file. `changed` is called when any of their keys are others."""

    def __init__(self, settings: ServiceSettings, roles: Roles, changed: Callable[[], None]) -> None:
        own, self._changed = issuers.of_settings(settings), changed
        self._file: WatchedFiles[tuple[Issuer, ...]] | None = None
        self._by_name: dict[str, tuple[Issuer, Keys]] = {}
        self._use(own)
        if settings.issuers_file is not None:
            self._file = watched_file(settings.issuers_file, lambda text: issuers.parsed(text, roles, own), own)
            self._file.load()
            self._use(self._file.value)

    def find(self, name: object) -> tuple[Issuer, Keys] | None:
        """The issuer of this name with its keys, or None."""
        return self._by_name.get(name) if isinstance(name, str) else None

    async def seek(self, name: object) -> None:
        """Fetch the keys of this issuer again, where they are elsewhere, because one is unknown."""
        found = self.find(name)
        if found is not None and isinstance(found[1], RemoteKeys):
            await found[1].seek()

    def is_of_another(self, issuer: Issuer, actor: Actor) -> bool:
        """Whether the actor, of a token of this issuer, has an id like those of another one."""
        name = actor.id.removeprefix(CLIENT_PREFIX)
        others = (other.prefix for other, _ in self._by_name.values() if other is not issuer)
        return any(prefix and name.startswith(prefix) for prefix in others)

    def unreadable_files(self) -> int:
        """The files that cannot be read as they are now: that of the issuers, and those with keys."""
        keys = sum(each.is_unreadable for _, each in self._by_name.values() if isinstance(each, FileKeys))
        return keys + (self._file is not None and self._file.is_unreadable)

    def failing(self) -> int:
        """The issuers whose keys could not be fetched the last time."""
        return sum(keys.is_failing for _, keys in self._by_name.values() if isinstance(keys, RemoteKeys))

    def look(self) -> None:
        """Read the files again that have changed."""
        changed = False
        if self._file is not None and self._file.look():
            self._use(self._file.value)
            changed = True
        for _, keys in self._by_name.values():
            changed |= keys.look()
        if changed:
            self._changed()

    async def keep(self, stop: asyncio.Event) -> None:
        """Fetch keys that are elsewhere, until `stop` is set."""
        kept: dict[RemoteKeys, asyncio.Task[None]] = {}
        try:
            while True:
                remote = {keys for _, keys in self._by_name.values() if isinstance(keys, RemoteKeys)}
                for keys in kept.keys() - remote:
                    kept.pop(keys).cancel()
                    keys.close()
                for keys in remote - kept.keys():
                    kept[keys] = asyncio.create_task(keys.keep(stop))
                if await set_within(stop, LOOK_SECONDS):
                    return
                self.look()
        finally:
            for keys, task in kept.items():
                task.cancel()
                keys.close()

    def _use(self, wanted: tuple[Issuer, ...]) -> None:
        """Use these issuers. Keys that were fetched are kept where they come from the same address."""
        former = {_source(each): keys for each, keys in self._by_name.values()}
        self._by_name = {each.issuer: (each, former.get(_source(each)) or self._keys(each)) for each in wanted}

    def _keys(self, issuer: Issuer) -> Keys:
        return FileKeys(issuer.jwks_file) if issuer.jwks_file else RemoteKeys(issuer, self._changed)


def _source(issuer: Issuer) -> tuple[str | None, ...]:
    return issuer.issuer, issuer.jwks_file, issuer.jwks_url, issuer.ca_file

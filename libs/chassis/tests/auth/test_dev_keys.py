"""The local key set of demos and tests."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aftercare_chassis.auth.dev_keys import make_key_set


def test_the_local_key_is_private_and_kept(tmp_path: Path) -> None:
    first, second = make_key_set(tmp_path / "keys"), make_key_set(tmp_path / "keys")
    assert first.kid == second.kid
    assert (tmp_path / "keys" / "private-key.json").stat().st_mode & 0o077 == 0
    assert "d" not in json.loads((tmp_path / "keys" / "jwks.json").read_text())["keys"][0]


def test_threads_that_make_the_key_at_once_end_with_a_whole_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: make_key_set(tmp_path), range(16)))
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []
    assert json.loads((tmp_path / "jwks.json").read_text())["keys"]

"""A control plane for this folder's tests: etcd and kube-apiserver, without nodes or controllers."""

from collections.abc import Iterator

import pytest
from control_plane import Cluster, running
from operator_definitions import install


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster")) as started:
        install(started)
        yield started

"""What tests share that judge programs in the real sandbox."""

from collections.abc import Iterator

import pytest

from sandbox.tests.supervised import Supervised, supervised


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervised]:
    """Interpreters that have imported the frameworks, as a worker has them: a cold start takes seconds each time."""
    folder = tmp_path_factory.mktemp("warm")
    with pytest.MonkeyPatch.context() as environment, supervised(folder) as supervisor:
        environment.setenv("SANDBOX_SOCKET", str(supervisor.path))
        yield supervisor

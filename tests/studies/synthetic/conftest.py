"""What the tests of the simulation share."""

import pytest


@pytest.fixture(scope="package", autouse=True)
def one_thread():
    """Threads slow down networks as small as these."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)

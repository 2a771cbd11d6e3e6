"""What a file of tests under a real Prefect server carries."""

import pytest

# Prefect's own clients leave sockets to the garbage collector.
PREFECT = [
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

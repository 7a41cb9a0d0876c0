"""What tests of delivery share."""

import pytest

from tests.delivery import certificates
from tests.delivery.certificates import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return certificates.authority(tmp_path_factory.mktemp("authority"))

"""One face child for all tests of this folder: it takes two seconds to start."""

import pytest

from qa.faces import FaceChild
from qa.models import QAThreshold


@pytest.fixture(scope="session")
def face_child(tmp_path_factory):
    child = FaceChild(tmp_path_factory.mktemp("models"))
    yield child
    child.close()


@pytest.fixture
def read(face_child):
    """Reads faces with the model that needs no download."""
    return lambda image: face_child.read(image, "dlib-resnet")


@pytest.fixture
def studio_limits(db):
    """The limits that a new studio starts with, by name of check."""
    defaults = QAThreshold.objects.filter(project=None).select_related("qa_check")
    return {row.qa_check.name: row.limits for row in defaults}

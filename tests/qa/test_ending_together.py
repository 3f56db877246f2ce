"""Both halves at the same moment, on connections of their own: exactly one of them judges."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from django.db import connection

from people.models import Project
from qa.inspection import finished, open_report, record_faces, record_measures
from qa.measuring import measure
from qa.models import QAReport
from qa.readings import Face, FaceReading
from tests.qa.pictures import encoded, portrait

FACE = Face(box=(0.0, 0.0, 300.0, 300.0), landmarks=((1.0, 2.0),) * 5, confidence=0.99)
READING = FaceReading((FACE,), 0, np.zeros(128, np.float32), "dlib-resnet", "v1-mtcnn5", 512, 512)


def test_two_halves_that_end_together_leave_a_finished_report(committed):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("a database in memory has one connection")
    project = Project.objects.create(name="Orion")
    measurements = measure(encoded(portrait()))
    reports = [open_report(project.pk, "source") for _ in range(10)]
    start = Barrier(2, timeout=60)

    def write(half):
        try:
            for report in reports:
                start.wait()
                half(report.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                write,
                [
                    lambda pk: record_measures(pk, measurements),
                    lambda pk: record_faces(pk, READING, None),
                ],
            )
        )
    assert all(finished(report) for report in QAReport.objects.all())
    assert QAReport.objects.count() == len(reports)

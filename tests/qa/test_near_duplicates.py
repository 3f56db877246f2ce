"""The most similar of other images is found by its hash and named; too near is a warning."""

import numpy as np
import pytest

from qa.distances import packed
from qa.duplicates import nearest
from qa.inspection import open_report, record_measures
from qa.measuring import measure
from qa.models import QAReport
from qa.policy import Verdict
from tests import make, make_pictures
from tests.qa.pictures import encoded, portrait
from tests.qa.series import photo

pytestmark = pytest.mark.django_db

PORTRAIT = encoded(portrait())


def reported(project, image, others=None):
    report = open_report(project.pk, "source")
    record_measures(report.pk, measure(image), others)
    return QAReport.objects.get(pk=report.pk)


def of(report):
    return report.results.get(qa_check__name="near_duplicate")


def test_the_same_picture_in_another_size_and_format_is_a_near_duplicate(project):
    first = reported(project, PORTRAIT)
    smaller = encoded(photo((400, 400)), "JPEG", quality=60)
    second = reported(project, smaller, QAReport.objects.all())
    assert of(second).value <= 2
    assert of(second).verdict_id == Verdict.WARN
    assert second.nearest == first
    assert of(second).sentence.endswith("3 needed: keep one of the two.")


def test_another_picture_is_none(project):
    reported(project, PORTRAIT)
    other = reported(project, make_pictures.good(), QAReport.objects.all())
    assert of(other).value > 10
    assert of(other).verdict_id == Verdict.PASS


def test_without_another_it_is_not_measured(project):
    alone = reported(project, PORTRAIT, QAReport.objects.all())
    assert (of(alone).value, of(alone).verdict, alone.nearest) == (None, None, None)
    assert "no other image" in of(alone).sentence


def test_the_distance_is_the_number_of_differing_bits(project):
    bits = np.random.default_rng(0).integers(0, 2, 64).astype(bool)
    apart = bits.copy()
    apart[[0, 7, 63]] ^= True
    far = open_report(project.pk, "source")
    QAReport.objects.filter(pk=far.pk).update(phash=packed(~bits))
    near = open_report(project.pk, "source")
    QAReport.objects.filter(pk=near.pk).update(phash=packed(apart))
    found = nearest(packed(bits), QAReport.objects.all())
    assert (found.bits, found.report_id) == (3, near.pk)


def test_the_source_of_another_character_is_warned_of_and_its_own_older_one_is_not(
    creator, project, character, page
):
    make.source(creator, character)
    make.run_jobs("cpu")
    again = make.source(creator, character)
    make.run_jobs("cpu")
    assert of(again.qa_report).value is None
    other = make.character(creator, project, name="Ida")
    twin = make.source(creator, other)
    make.run_jobs("cpu")
    twin.refresh_from_db()
    assert of(twin.qa_report).value == 0
    assert twin.qa_report.nearest_id == again.qa_report_id
    shown = page(creator).get(other.get_absolute_url()).content.decode()
    assert f'href="{character.get_absolute_url()}">See the other</a>' in shown
    assert "≥ 512" in shown  # the limit of the resolution, which passed

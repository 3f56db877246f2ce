"""The address of the gallery says which variants are shown; what it says is seen and taken away."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from qa.inspection import open_report
from qa.policy import Verdict
from tests import make
from variants import reviewing, tagging
from variants.models import ImageVariant

HTMX = {"HX-Request": "true"}


@pytest.fixture
def four(db, creator, character):
    """Four candidates, the oldest first, of which each filter finds one."""
    make.ready(creator, character)
    rows = make.generated(creator, character, 4)
    report = open_report(character.project_id, "variant")
    report.measured_at = report.faces_read_at = report.finished_at = timezone.now()
    report.verdict_id = Verdict.FAIL
    report.save()
    _set(rows[0], qa_report=report, model="sdxl.safetensors")
    _set(rows[1], provenance="manual_upload", created_at=timezone.now() - timedelta(days=9))
    _set(rows[2], variant_type_id="formal")
    tagging.tag(creator, rows[3], ["red coat"])
    reviewing.shortlist(creator, rows[3])
    reviewing.reject(creator, rows[2])
    return rows


def _set(variant, **columns):
    ImageVariant.objects.filter(pk=variant.pk).update(**columns)


@pytest.fixture
def show(page, creator, character, four):
    """`show(query)` is the page, and which of the four are on it."""

    def shown(query, **headers):
        answer = page(creator).get(f"{character.get_absolute_url()}?{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        ids = [row.pk for row in four]
        found = re.findall(r'<article id="variant-(\d+)"', answer.text)
        return answer.text, [ids.index(int(pk)) for pk in found]

    return shown


LAST_WEEK = (timezone.now() - timedelta(days=5)).date().isoformat()


CASES = [
    ("", [3, 2, 1, 0]),
    ("type=formal", [2]),
    ("status=candidates", [3, 1, 0]),
    ("status=generated", [3, 1, 0]),
    ("status=rejected", [2]),
    ("provenance=manual_upload", [1]),
    ("verdict=fail", [0]),
    ("verdict=none", [3, 2, 1]),
    ("model=sdxl.safetensors", [0]),
    ("tag=red+coat", [3]),
    ("tag=blue", []),
    ("shortlisted=yes", [3]),
    ("likeness=none", [3, 2, 1, 0]),
    (f"since={LAST_WEEK}", [3, 2, 0]),
    (f"until={LAST_WEEK}", [1]),
    ("status=candidates&shortlisted=yes", [3]),
    ("sort=oldest", [0, 1, 2, 3]),
]


def test_the_address_narrows_and_sorts(show):
    for query, expected in CASES:
        assert show(query)[1] == expected, query
    assert show("type=formal", **HTMX)[1] == [2]


@pytest.mark.parametrize("second", ["00.000", "00.100", "00.120", "00.123"])
def test_a_range_that_begins_with_a_row_has_it_and_one_that_ends_there_has_not(show, four, second):
    with connection.cursor() as cursor:  # as the database writes it
        cursor.execute(
            "UPDATE image_variants SET created_at = %s WHERE id = %s",
            [f"2026-11-02 10:00:{second}", four[2].pk],
        )
    assert 2 in show(f"since=2026-11-02T10:00:{second}Z")[1]
    assert 2 not in show(f"until=2026-11-02T10:00:{second}Z")[1]


def test_each_filter_that_is_on_is_a_chip_that_takes_it_away(show):
    html, _ = show("verdict=none&tag=red+coat&sort=seed")
    chips = re.findall(r'<a class="chip" aria-current="true" href="([^"]+)"[^>]*>([^<]+)', html)
    assert chips == [
        ("?tag=red+coat&amp;sort=seed", "QA: Not judged"),
        ("?verdict=none&amp;sort=seed", "Tag: red coat"),
        ("?verdict=none&amp;tag=red+coat", "Sort: By seed"),
    ]
    assert 'href="?sort=newest" hx-get' in html
    assert "Clear all" in html
    assert "Clear all" not in show("")[0]


def test_a_tab_that_is_on_leads_out_of_its_filter_alone(show):
    html, _ = show("status=rejected&verdict=none")
    assert re.search(r'id="status-rejected" href="\?verdict=none" aria-current="true"', html)


def test_where_nothing_matches_the_way_back_is_offered(show):
    html, found = show("tag=blue")
    assert found == []
    assert "Nothing matches" in html
    assert re.search(r'href="\?sort=newest">.*Clear all filters', html)


def test_the_size_of_the_tiles_stays_where_all_filters_go(show):
    html, _ = show("verdict=none&tile=small")
    assert 'data-tile="small"' in html
    assert re.search(r'href="\?tile=small" hx-get="[^"]*" hx-push-url="true">Clear all', html)


def test_the_form_keeps_what_is_on_and_words_are_offered(show, page, creator, character):
    html, _ = show("status=candidates&verdict=none&tag=red+coat")
    form = html[html.index('aria-label="Filter and sort"') :].split("</form>")[0]
    assert '<input type="hidden" name="status" value="candidates">' in form
    assert '<option value="none" selected>Not judged</option>' in form
    assert 'value="red coat"' in form
    assert 'name="cursor"' not in form
    words = page(creator).get(f"{character.get_absolute_url()}words/").text
    assert '<option value="sdxl.safetensors">' in words
    assert '<option value="red coat">' in words


def test_fields_left_empty_do_not_stay_in_the_address(page, creator, character, four):
    home = character.get_absolute_url()
    query = "?verdict=&model=&tag=red+coat&since=&sort="
    answer = page(creator).get(f"{home}{query}")
    assert (answer.status_code, answer.url) == (302, f"{home}?tag=red+coat")
    answer = page(creator).get(f"{home}{query}", headers=HTMX)
    assert answer["HX-Push-Url"] == f"{home}?tag=red+coat"
    assert "HX-Push-Url" not in page(creator).get(f"{home}?tag=red+coat", headers=HTMX)


NOTHING_LIKE_IT = [
    "status=nonsense",
    "type=nonsense",
    "type=%00",
    "verdict=maybe",
    "provenance=stolen",
    "since=yesterday",
    "until=2026-13-01",
    "sort=beauty",
    "tile=huge",
    "shortlisted=perhaps",
    "likeness_min=2",
    "cursor=nonsense",
]


def test_what_there_is_not_is_refused_with_a_sentence(page, creator, character, four):
    browser, home = page(creator), character.get_absolute_url()
    for query in NOTHING_LIKE_IT:
        answer = browser.get(f"{home}?{query}")
        assert answer.status_code == 400, query
        assert query.split("=")[0] in answer.text, query
        answer = browser.get(f"{home}?{query}", headers=HTMX)
        assert (answer.status_code, answer["HX-Reswap"]) == (400, "none"), query
        assert 'class="toast"' in answer.text

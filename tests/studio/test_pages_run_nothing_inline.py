"""What every rendered page looks like to a browser that trusts nothing written into it."""

from html.parser import HTMLParser

import pytest

from tests.people import world
from tests.people.asking import send, signed_in
from tests.people.matrix import ROWS
from tests.people.rows import ROLES
from variants import ordering

PAGES = [
    row for row in ROWS if row.method == "GET" and not row.is_api and not row.is_media
    and row.path not in ("/tokens.css", "/healthz", "/readyz", "/metrics")
    and "download" not in row.path
    and not row.path.endswith("/list/")  # ids for the window of the gallery, as JSON
]  # fmt: skip
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Reader(HTMLParser):
    """Collects what a strict policy would refuse, twice used ids, and tags that do not close."""

    def __init__(self):
        super().__init__()
        self.wrong, self.ids, self.open, self.nonces = [], [], [], set()
        self.csrf_forms = self.post_forms = 0

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        for name, value in attributes:
            if name.startswith("on") or name in ("style", "hx-on", "srcdoc", "hx-vals-js"):
                self.wrong.append((tag, name, value))
            if (value or "").strip().lower().startswith(("javascript:", "js:", "data:text")):
                self.wrong.append((tag, name, value))
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.wrong.append((tag, "", ""))
        if tag == "script":
            if not given.get("src", "").startswith("/static/"):
                self.wrong.append((tag, "src", given.get("src")))
            if "nonce" in given:
                self.nonces.add(given["nonce"])
        if tag == "form" and given.get("method", "").lower() == "post":
            self.post_forms += 1
        if tag == "input" and given.get("name") == "csrfmiddlewaretoken":
            self.csrf_forms += 1
        if (
            tag == "a"
            and given.get("target") == "_blank"
            and "noopener" not in given.get("rel", "")
        ):
            self.wrong.append((tag, "target", "_blank"))
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append(("/" + tag, "open", self.open[-3:]))
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "script" and data.strip():
            self.wrong.append(("script", "inline", data.strip()[:60]))


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def check(answer, url):
    assert answer.headers["Content-Type"].startswith("text/html"), url
    policy = answer.headers["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert rules["form-action"] == "'self'"
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    reader = read(answer.content.decode())
    assert reader.wrong == [], url
    assert reader.open == [], url
    assert len(reader.ids) == len(set(reader.ids)), [
        i for i in reader.ids if reader.ids.count(i) > 1
    ]
    assert reader.csrf_forms >= reader.post_forms, url
    for nonce in reader.nonces:
        assert f"'nonce-{nonce}'" in policy
    return reader


@pytest.fixture
def cast(db):
    made = world.build()
    made.ours.ready.appearance = "<b onclick=alert(1)>\"'</b><script>alert(1)</script>"
    made.ours.ready.notes = "javascript:alert(1)"
    made.ours.ready.save()
    return made


@pytest.mark.parametrize("role", ROLES)
def test_no_page_holds_a_script_a_style_or_a_handler(cast, role):
    for row in PAGES:
        answer = send(signed_in(cast.person(role), api=False), row, cast.ours)
        is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
        if answer.status_code in (200, 403, 404) and not is_file:
            check(answer, row.path)


def test_a_fragment_and_a_refused_form_hold_none_either(cast):
    browser = signed_in(cast.creator, api=False)
    draft, variant = cast.ours.draft.pk, cast.ours.candidate.pk
    htmx = {"HX-Request": "true"}
    answers = [
        browser.get(f"/characters/{cast.ours.ready.pk}/", headers=htmx),
        browser.get(f"/characters/{draft}/source/panel/", headers=htmx),
        browser.post(f"/characters/{draft}/source/", headers=htmx),
        browser.post(f"/characters/{draft}/source/"),
        browser.post(f"/characters/{draft}/attest/", {"statement": "x"}),
        browser.post(f"/characters/{draft}/edit/", {"name": ""}),
        browser.post(f"/characters/{draft}/baseline/reject/", {"reason": ""}),
        browser.post(f"/characters/{cast.ours.ready.pk}/generate/", {"count": "x"}),
        browser.post(f"/variants/{variant}/approve/", headers=htmx),
        browser.post(f"/variants/{variant}/reject/", {"revision": "1"}, headers=htmx),
        browser.post(f"/variants/{cast.ours.waiting.pk}/cancel/", headers=htmx),
        browser.post(f"/jobs/{cast.ours.failed_job.pk}/retry/", headers=htmx),
        browser.post("/projects/new/", headers=htmx),
        browser.get("/nothing/here/"),
    ]
    for answer in answers:
        assert answer.status_code < 500
        check(answer, answer.request["PATH_INFO"])


def test_each_page_has_a_nonce_of_its_own(cast):
    browser = signed_in(cast.creator, api=False)
    policies = set()
    for _ in range(3):
        answer = browser.get("/")
        reader = read(answer.content.decode())
        policies.add(answer.headers["Content-Security-Policy"])
        assert len(reader.nonces) <= 1
    assert len(policies) == 3 or "nonce" not in policies.pop()


def test_a_prompt_and_a_note_with_markup_stay_text(cast):
    wish = {"variant_type": "clothed", "count": 1, "prompt": "</textarea><script>x</script>"}
    browser = signed_in(cast.creator, api=False)
    url = f"/characters/{cast.ours.ready.pk}/generate/"
    html = browser.post(url, {**wish, "workflow": ""}).content.decode()
    assert "<script>x" not in html
    assert "&lt;script&gt;x" in html


def test_the_cached_pages_are_private(cast):
    for path in ("/", f"/characters/{cast.ours.ready.pk}/", "/settings/"):
        headers = signed_in(cast.creator, api=False).get(path).headers
        assert "Cookie" in headers["Vary"]
        assert "public" not in headers.get("Cache-Control", "")


def test_a_refusal_is_a_sentence_with_a_way_on(cast):
    browser = signed_in(cast.reviewer, api=False)
    answer = browser.get(f"/characters/{cast.ours.ready.pk}/generate/")
    assert answer.status_code == 403
    assert "Your role does not allow this." in answer.content.decode()
    missing = browser.get("/characters/999999/")
    assert missing.status_code == 404
    assert "not yours to see" in missing.content.decode()
    assert "Traceback" not in missing.content.decode()


def test_the_form_for_variants_is_held_back_with_the_reason(cast):
    browser = signed_in(cast.creator, api=False)
    reason = ordering.refusal(cast.creator, cast.ours.draft).sentence
    html = browser.get(f"/characters/{cast.ours.draft.pk}/generate/").content.decode()
    assert reason in html

"""A card says its state in words and shapes, and its live part is the same for every reader."""

from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string


def card(status: str = "generated", **changes: Any) -> SimpleNamespace:
    variant = SimpleNamespace(
        KIND="variant", pk=5, width=512, height=640, sha256="ab" * 32, variant_type_id="clothed",
        revision=3, get_provenance_display="generated",
    )  # fmt: skip
    values = {
        "pk": 5, "variant": variant, "status": status, "is_hero": False, "image": True,
        "likeness_band": "match", "likeness": 0.934, "qa": "pass", "qa_title": "", "progress": 0,
        "note": "", "error": "", "preview": "", "seed": 4162, "server": "", "elapsed_s": None,
        "may_review": True, "may_make": True, "may_retry": False, "may_cancel": False,
    }  # fmt: skip
    return SimpleNamespace(**{**values, **changes})


def live(shown: SimpleNamespace, **context: Any) -> str:
    return render_to_string("variants/_card_live.html", {"card": shown, **context})


def test_the_hero_has_a_star_and_the_word() -> None:
    html = live(card("approved", is_hero=True))
    assert 'data-hero="yes"' in html
    flag = html.split('class="flag-hero"')[1].split("</span>")[0]
    assert "<svg" in flag
    assert "Hero" in flag


def test_likeness_has_a_word_a_number_and_a_shape() -> None:
    html = live(card(likeness_band="check", likeness=0.72))
    assert "Check" in html
    assert "0.72" in html
    assert "mark-warn" in html


def test_without_a_face_the_likeness_is_not_measured() -> None:
    html = live(card(likeness_band="", likeness=None))
    assert "Likeness not measured" in html
    assert "0.00" not in html


def test_a_failed_one_says_why_and_offers_a_retry() -> None:
    html = render_to_string(
        "variants/_card.html", {"card": card("failed", image=False, error="The server went away.")}
    )
    assert "The server went away." in html
    assert "/variants/5/retry/" in html


def test_a_running_one_shows_preview_step_and_percent() -> None:
    shown = card("generating", image=False, preview="data:image/jpeg;base64,AA", progress=47,
                 note="Step 14 of 30")  # fmt: skip
    html = live(shown)
    assert 'src="data:image/jpeg;base64,AA"' in html
    assert "Step 14 of 30" in html
    assert "47 %" in html


def test_only_the_broadcast_root_is_out_of_band() -> None:
    waiting = card("pending", image=False)
    assert live(waiting).count("hx-swap-oob") == 0
    assert live(waiting, oob=True).count("hx-swap-oob") == 1


def test_the_live_part_knows_nothing_of_its_reader() -> None:
    may, may_not = card(), card(may_review=False, may_make=False)
    assert live(may) == live(may_not)
    assert "csrf" not in live(may)


def test_the_decision_carries_the_revision_that_was_shown() -> None:
    html = render_to_string("variants/_card.html", {"card": card()})
    assert 'name="revision" value="3" form="variant-5-do"' in html
    assert 'id="variant-5-do"' in html


def test_who_may_not_review_is_offered_no_decision() -> None:
    html = render_to_string("variants/_card.html", {"card": card(may_review=False)})
    assert "/approve/" not in html
    assert "/reject/" not in html

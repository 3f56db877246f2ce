"""A scripted reviewer decides about 200 items beside a colleague; none is misdirected."""

import pytest

from tests.browser.review import scripted
from tests.browser.review.reviewing import became, frame, on, review
from tests.browser.seeing import expect

COUNT = 200
ROWS = "SELECT id, status_id, shortlisted, is_hero FROM image_variants WHERE character_id = ?"
GENERATED, APPROVED, REJECTED = 3, 5, 6


@pytest.fixture
def line(product, faultless):
    return product.many(product.new_project("Scripted", "creator", "colleague"), "Eileen", COUNT)


def test_none_of_two_hundred_decisions_is_misdirected(visit, product, line):
    page, colleague = visit("creator"), visit("colleague")
    for one in (page, colleague):
        review(one, line)
        expect(one.locator("body[data-live=on]")).to_be_attached()
    taken, arrived = [], []

    def beside(number, variant):
        if number % 20 == 7:
            # Now the one that is framed, now one that the cursor comes to soon.
            at = line.variants.index(variant) + (number // 20 % 2) * 3
            frame(colleague, line.variants[at]).click()
            on(colleague, line.variants[at])
            colleague.keyboard.press("x")
            became(colleague, line.variants[at], "rejected")
            taken.append(line.variants[at])
        if number % 60 == 30:
            arrived.extend(product.ask(line.character, 1).variants)

    pressed = scripted.run(page, line.variants[-1], beside)
    expect(page.locator(".frame[data-sent]")).to_have_count(0)
    for variant in arrived:
        became(page, variant, "generated")

    for note in pressed:
        assert note["name"] == f"Candidate {note['framed']}"
        assert note["status"].startswith(f"{note['name']} ")
        assert note["name"] in note["label"]
    refused = {
        int(notice.get_attribute("data-refused"))
        for notice in page.locator("#refusals [data-refused]").all()
    }
    asked = scripted.asked(pressed)
    assert [variant for variant, _ in asked] == [
        variant for variant in line.variants if variant in dict(asked)
    ], "each once, in the order shown"
    assert len(asked) + len(taken) >= COUNT
    assert refused <= set(taken)
    kept = [one for one in asked if one[0] not in refused]
    assert scripted.decided(product, line.character, "creator") == kept
    rejected = [(one, "reject") for one in taken]
    assert scripted.decided(product, line.character, "colleague") == rejected

    verbs = dict(kept) | dict.fromkeys(taken, "reject")
    hero = [variant for variant, verb in kept if verb == "approve"][-1]
    for variant, status, shortlisted, is_hero in product.rows(ROWS, line.character):
        verb = verbs.get(variant)
        expected = APPROVED if variant == hero else REJECTED if verb == "reject" else GENERATED
        assert (status, bool(shortlisted), bool(is_hero)) == (
            expected,
            verb == "shortlist",
            variant == hero,
        ), variant

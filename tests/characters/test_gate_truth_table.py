"""The content gate over every combination of its inputs, against an expectation written apart."""

from itertools import product

import pytest

from characters import gate
from characters.gate import PASS, Subject, content_gate
from characters.models import ContentRating, Depicts

GENERAL, SUGGESTIVE, ADULT = ContentRating
AGES = (None, 0, 17, 18, 44)
SCOPES = [
    frozenset(scopes)
    for scopes in ((), (GENERAL,), (SUGGESTIVE,), (ADULT,), (SUGGESTIVE, ADULT), ContentRating)
]
YES_NO = (False, True)


def subjects():
    return (
        Subject(*facts)
        for facts in product(
            Depicts, AGES, YES_NO, SCOPES, YES_NO, YES_NO, ContentRating, (None, *ContentRating)
        )
    )


def is_safe(subject, rating):
    """The rules of spec/security.md, each as a sentence that must be true."""
    fictional = subject.depicts == "fictional"
    if rating == GENERAL:
        return fictional or subject.attested
    rules = [
        subject.age in (18, 44),
        subject.adult_enabled and subject.adult_allowed,
        fictional or subject.attested,
        fictional or rating in subject.consented,
        fictional or subject.source >= rating,
        subject.edited is None or subject.edited >= rating,
    ]
    return all(rules)


@pytest.mark.parametrize("rating", ContentRating)
def test_the_gate_lets_pass_exactly_what_every_rule_allows(rating):
    seen = set()
    for subject in subjects():
        verdict = content_gate(subject, rating)
        assert bool(verdict) is is_safe(subject, rating), subject
        assert bool(verdict) is (verdict.code == "") is (verdict.sentence == "")
        seen.add(verdict.code)
    above = {
        "age_unknown", "under_age", "rating_not_enabled", "adult_not_allowed", "consent_required",
        "above_source", "edit_raises_rating", "",
    }  # fmt: skip
    assert seen == ({"attestation_required", ""} if rating == GENERAL else above)


def test_nothing_opens_the_gate_for_who_is_under_18_or_of_unknown_age():
    for subject in subjects():
        if subject.age not in (18, 44):
            code = "age_unknown" if subject.age is None else "under_age"
            code = code if subject.adult_enabled else "rating_not_enabled"
            assert content_gate(subject, SUGGESTIVE).code == code
            assert content_gate(subject, ADULT).code == code


def test_unknown_counts_as_real():
    for subject in subjects():
        if subject.depicts is Depicts.UNKNOWN:
            real = Subject(**{**vars(subject), "depicts": Depicts.REAL_PERSON})
            for rating in ContentRating:
                assert content_gate(subject, rating) == content_gate(real, rating)


def test_a_lower_rating_is_never_refused_where_a_higher_one_of_a_consented_scope_passes():
    for subject in subjects():
        if {SUGGESTIVE, ADULT} <= subject.consented and content_gate(subject, ADULT) is PASS:
            assert content_gate(subject, SUGGESTIVE) is PASS
            assert content_gate(subject, GENERAL) is PASS


def test_every_rule_blocks_some_and_lets_some_pass():
    answers = {}
    for subject, rating in product(subjects(), (SUGGESTIVE, ADULT)):
        for verdict, blocks in gate._ABOVE_GENERAL:
            answers.setdefault(verdict.code, set()).add(bool(blocks(subject, rating)))
    assert len(answers) == 7
    assert all(seen == set(YES_NO) for seen in answers.values())

"""One character with four candidates for all tests of the review page, undecided for each."""

import pytest

from tests.browser.review.reviewing import afresh, review


@pytest.fixture(scope="session")
def four(product):
    product.sandbox.faults(reset=True)
    members = ("creator", "colleague", "plain", "hands", "guest")
    return product.candidates(product.new_project("Review", *members), "Eileen", 4)


@pytest.fixture
def made(product, four):
    afresh(product, four)
    return four


@pytest.fixture
def page(visit, made):
    """The creator's review page, as it comes."""
    opened = visit("creator")
    review(opened, made)
    return opened

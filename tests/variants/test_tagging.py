"""Tags: words on a variant, added and taken away, each change a decision with an undo."""

import pytest

from tests import make
from variants import tagging, undoing
from variants.errors import BadTag
from variants.models import ImageVariant


@pytest.fixture
def variant(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 1)[0]


def tags(variant):
    return ImageVariant.objects.get(pk=variant.pk).tag_names


def test_tags_are_added_and_taken_away(reviewer, variant):
    tagging.tag(reviewer, variant, ["  red   coat ", "night"])
    assert tags(variant) == ["night", "red coat"]
    tagging.tag(reviewer, variant, ["red coat"], ["night", "never there"])
    assert tags(variant) == ["red coat"]
    tagging.tag(reviewer, variant, ["red coat"])
    assert variant.decisions.count() == 2


def test_tagging_is_undone_and_redone(reviewer, variant):
    tagging.tag(reviewer, variant, ["a"])
    tagging.tag(reviewer, variant, ["b"], ["a"])
    undoing.undo(reviewer, variant)
    assert tags(variant) == ["a"]
    undoing.undo(reviewer, variant)
    assert tags(variant) == []
    undoing.redo(reviewer, variant)
    assert tags(variant) == ["a"]


@pytest.mark.parametrize("bad", ["", "   ", "x" * 61, "a\0b", "a\u202eb"])
def test_a_tag_that_cannot_be_shown_is_refused(reviewer, variant, bad):
    with pytest.raises(BadTag) as refused:
        tagging.tag(reviewer, variant, ["good", bad])
    assert (refused.value.status, refused.value.extra["field"]) == (400, "tags")
    assert tags(variant) == []


def test_no_tag_and_too_many_are_refused(reviewer, variant):
    with pytest.raises(BadTag):
        tagging.tag(reviewer, variant)
    with pytest.raises(BadTag, match="At most 30"):
        tagging.tag(reviewer, variant, [f"t{number}" for number in range(31)])

"""Scene, environment, outfit, aspect ratio, quality mode, adult flag and seeds of a request."""

import pytest

from characters.models import ContentRating
from comfy_bridge.models import ComfyServer
from tests import make, rated
from variants import options, ordering, wishes
from variants.binding import prompt_for
from variants.errors import BadValue, PromptTooLong, UnknownOption
from variants.models import GenerationRequest, ImageVariant
from variants.options import Options
from variants.vocabulary import AspectRatio, EnvironmentPreset, QualityMode, ScenePreset

pytestmark = pytest.mark.django_db

ALL = Options("cafe", "golden hour", "a red coat", "16:9", "hq")
WORDS = "a portrait, wearing a red coat, sitting at a table in a cafe, golden hour, low warm sun"


@pytest.fixture
def ready(creator, character):
    return make.ready(creator, character)


def ask(creator, character, count=2, **fields):
    return ordering.order(creator, character, make.wish(count, **fields))


def test_a_new_studio_has_presets_ratios_and_modes():
    assert ScenePreset.objects.count() >= 8
    assert EnvironmentPreset.objects.count() >= 8
    assert all(row.prompt for row in [*ScenePreset.objects.all(), *EnvironmentPreset.objects.all()])
    ratios = {row.name: row.width / row.height for row in AspectRatio.objects.all()}
    assert set(ratios) == {"1:1", "9:16", "2:3", "16:9", "3:2"}
    for name, ratio in ratios.items():
        wide, high = map(int, name.split(":"))
        assert ratio == pytest.approx(wide / high, rel=0.03)
    assert set(QualityMode.objects.values_list("name", flat=True)) == {"draft", "hq"}


def test_the_words_of_the_presets_enter_the_prompt_that_is_stored_and_sent(creator, ready):
    ordered = ask(creator, ready, prompt="a portrait", options=ALL)
    assert ordered.request.prompt == "a portrait"
    assert {variant.prompt for variant in ordered.variants} == {WORDS}
    for row in (ordered.request, *ordered.variants):
        row = type(row).objects.get(pk=row.pk)  # noqa: PLW2901  as stored
        assert options.options_of(row) == ALL


def test_without_presets_a_prompt_is_stored_untouched(creator, ready):
    text = "  a portrait,\n of her "
    assert ask(creator, ready, prompt=text).variants[0].prompt == text
    assert ask(creator, ready, options=Options(scene="cafe")).variants[0].prompt == (
        ScenePreset.objects.get(name="cafe").prompt
    )


def test_a_preset_that_an_admin_changes_says_its_new_words(creator, ready):
    ScenePreset.objects.filter(name="cafe").update(prompt="in a small bar")
    made = ask(creator, ready, prompt="her", options=Options(scene="cafe"))
    assert made.variants[0].prompt == "her, in a small bar"


def bound(variant):
    wish = {**variant.request.bound, **variant.request.params, "prompt": variant.prompt}
    version = variant.workflow_version
    prompt = prompt_for(version, variant.source_image, b"", seed=1, key="x", wish=wish)
    return {
        f"{node['class_type']}.{name}": value
        for node in prompt.graph.values()
        for name, value in node["inputs"].items()
    }


def test_ratio_and_mode_bind_size_steps_and_sampler(creator, ready):
    ComfyServer.objects.all().delete()
    made = ask(
        creator, ready, 1, options=ALL, workflow_id=make.workflow("sd_img2img").pk, prompt="a"
    ).variants[0]
    ratio, mode = AspectRatio.objects.get(name="16:9"), QualityMode.objects.get(name="hq")
    graph = bound(ImageVariant.objects.get(pk=made.pk))
    assert (graph["ImageScale.width"], graph["ImageScale.height"]) == (ratio.width, ratio.height)
    assert graph["ImageScale.crop"] == "center"
    assert graph["KSampler.steps"] == mode.steps
    assert graph["KSampler.sampler_name"] == mode.sampler
    assert graph["CLIPTextEncode.text"] in (made.prompt, "")


def test_what_is_said_by_number_wins_over_the_mode(creator, ready):
    workflow = make.workflow("sd_img2img").pk
    made = ask(creator, ready, 1, options=ALL, workflow_id=workflow, values={"steps": 7})
    assert bound(ImageVariant.objects.get(pk=made.variants[0].pk))["KSampler.steps"] == 7


def test_a_workflow_without_steps_keeps_the_mode_as_metadata(creator, ready):
    made = ask(creator, ready, 1, options=ALL).variants[0]
    assert made.quality_mode.name == "hq"
    graph = bound(ImageVariant.objects.get(pk=made.pk))
    assert graph["ImageScale.width"] == made.aspect_ratio.width


@pytest.mark.parametrize("name", ["scene", "environment", "aspect_ratio", "quality_mode"])
def test_an_unknown_choice_is_refused_by_name_and_nothing_is_written(creator, ready, name):
    with pytest.raises(UnknownOption, match="Choose one of") as refused:
        ask(creator, ready, options=Options(**{name: "nowhere"}))
    assert (refused.value.extra["field"], refused.value.status) == (name, 400)
    assert GenerationRequest.objects.count() == 0


def test_a_prompt_that_the_presets_make_too_long_is_refused(creator, ready):
    with pytest.raises(PromptTooLong):
        ask(creator, ready, prompt="x" * 3990, options=ALL)
    with pytest.raises(BadValue):
        ask(creator, ready, options=Options(outfit="x" * 501))
    assert GenerationRequest.objects.count() == 0


def test_a_locked_seed_is_that_of_every_candidate(creator, ready):
    assert [v.seed for v in ask(creator, ready, 3, seed=7, lock_seed=True).variants] == [7, 7, 7]
    drawn = {v.seed for v in ask(creator, ready, 3, lock_seed=True).variants}
    assert len(drawn) == 1
    assert [v.seed for v in ask(creator, ready, 3, seed=7).variants] == [7, 8, 9]


def test_the_same_again_has_the_same_choices(creator, ready):
    first = ask(creator, ready, prompt="a", options=ALL).request
    again = wishes.wish_again(GenerationRequest.objects.get(pk=first.pk))
    assert again.options == ALL
    assert (again.prompt, again.adult) == ("a", False)


def test_the_adult_flag_rates_the_images_whatever_their_type(settings, admin, creator, project):
    rated.enable(settings, admin)
    opened = rated.character(admin, creator, project)
    made = ask(creator, opened, 1, adult=True)
    assert made.variants[0].rating is ContentRating.ADULT
    assert made.request.rating is ContentRating.ADULT
    assert wishes.wish_again(made.request).adult


def test_an_edit_inherits_the_metadata_of_the_image_it_edits(creator, ready):
    made = ask(creator, ready, 1, options=ALL).variants[0]
    child = ImageVariant(character=ready, **options.inherited(made))
    assert options.options_of(child) == ALL
    assert options.inherited(ready.current_source) == {}


def test_the_api_takes_and_tells_every_choice(creator, ready, api):
    body = {
        "variant_type": "clothed", "workflow_id": make.workflow().pk, "count": 2,
        "prompt": "a portrait", "seed": 5, "lock_seed": True, **vars(ALL),
    }  # fmt: skip
    url = f"/api/v1/characters/{ready.pk}/variants"
    answer = api(creator).post(f"{url}/generate", body)
    assert answer.status_code == 202, answer.json()
    shown = api(creator).get(url).json()["results"]
    assert len(shown) == 2
    for row in shown:
        assert row["prompt"] == WORDS
        assert {name: row[name] for name in vars(ALL)} == vars(ALL)
        assert (row["seed"], row["adult"], row["content_rating"]) == (5, False, "general")
    refused = api(creator).post(f"{url}/generate", {**body, "scene": "nowhere"})
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_option")
    flagged = api(creator).post(f"{url}/generate", {**body, "adult": True})
    assert (flagged.status_code, flagged.json()["code"]) == (403, "rating_not_enabled")

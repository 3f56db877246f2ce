"""What a filled-in generate form would do, and how long it takes, before anybody presses.

Writes nothing; the sentences about what does not fit are those of the order itself.
"""

from dataclasses import dataclass

from comfy_bridge.models import ComfyServer, WorkflowVersion
from studio.lib.errors import StudioError
from variants.estimating import estimate
from variants.forms import GenerateForm
from variants.options import Chosen, chosen
from variants.wishes import Wish, checked, composed


@dataclass(frozen=True)
class Plan:
    """What is made, in words; or what is in the way. `words` name the number on the button."""

    words: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    duration: str = ""
    trouble: str = ""


def plan_of(form: GenerateForm, characters: int = 1) -> Plan:
    """The plan of the values that a form shows, for so many characters."""
    filled = {name: form[name].value() for name in form.fields}
    bound = GenerateForm({name: value for name, value in filled.items() if value is not None})
    if not bound.is_valid():
        name, errors = next(iter(bound.errors.items()))
        label = bound.fields[name].label or name.replace("_", " ").capitalize()
        return Plan(trouble=f"{label}: {errors[0]}")
    wish = bound.wish()
    try:
        _, version = checked(wish)
        choice = chosen(wish.options)
        prompt = composed(wish, choice)
    except StudioError as error:
        return Plan(trouble=error.sentence)
    if not characters:
        return Plan(trouble="Choose the characters first: it is made for each of them.")
    count = wish.count * characters
    return Plan(
        words=f"{count} candidate{'s' if count != 1 else ''}",
        facts=_facts(wish, version, choice, prompt),
        duration=estimate(version, count, list(ComfyServer.objects.all())),
    )


def _facts(
    wish: Wish, version: WorkflowVersion, choice: Chosen, prompt: str
) -> tuple[tuple[str, str], ...]:
    ratio, mode = choice.aspect_ratio, choice.quality_mode
    found = [
        ("Type", wish.variant_type),
        ("Workflow", str(version)),
        ("Seeds", _seeds(wish)),
        ("Size", f"{ratio.width} × {ratio.height} px" if ratio else "As the source"),
        ("Steps", f"{mode.steps}, {mode.sampler}" if mode else "As the workflow says"),
        ("Prompt", prompt if prompt != wish.prompt else "As it stands here"),
    ]
    return tuple(found)


def _seeds(wish: Wish) -> str:
    if wish.lock_seed:
        return "One random seed for all" if wish.seed is None else f"{wish.seed} for all"
    if wish.seed is None:
        return "A random one each"
    last = wish.seed + wish.count - 1
    return str(wish.seed) if wish.count == 1 else f"{wish.seed} to {last}"

"""What a page says of how a variant was made, and where it comes from."""

from characters.facts import Fact, hash_fact, told
from characters.models import SourceImage
from variants.images import Image
from variants.models import ImageVariant
from variants.provenance import source_type


def recipe(variant: ImageVariant) -> list[Fact]:
    """What was asked for: enough to ask for it again."""
    asked = variant.request.params if variant.request else {}
    seed = "" if variant.seed is None else str(variant.seed)
    return told(
        [
            Fact("Workflow", variant.workflow_version),
            Fact("Model", variant.model, variant.model),
            Fact("Seed", seed, seed),
            Fact("Prompt", variant.prompt, variant.prompt, is_long=True),
            Fact("Negative prompt", variant.negative_prompt, variant.negative_prompt, is_long=True),
            Fact("Edit prompt", variant.edit_prompt, variant.edit_prompt, is_long=True),
            Fact("Scene", variant.scene),
            Fact("Environment", variant.environment),
            Fact("Outfit", variant.outfit),
            Fact("Aspect ratio", variant.aspect_ratio),
            Fact("Quality", variant.quality_mode),
            Fact("Denoise", asked.get("denoise")),
            Fact("Mask", f"{variant.mask.coverage:.0%} of the image" if variant.mask else ""),
        ]
    )


def provenance(variant: ImageVariant) -> list[Fact]:
    """From which image and run it came, and which bytes it is."""
    params = variant.generation_params
    server = params.get("server") or {}
    prompt_id = params.get("prompt_id", "")
    kind = source_type(variant)
    source = variant.source_image
    return told(
        [
            Fact("Provenance", variant.get_provenance_display()),
            Fact("Version", f"v{variant.version}"),
            _edited(variant),
            _made_from(source),
            hash_fact("Source file", source.sha256 if source else ""),
            Fact("Server", _named(server)),
            Fact("Ran for", f"{params['execution_ms']} ms" if params.get("execution_ms") else ""),
            hash_fact("Graph", params.get("graph_hash", "")),
            Fact("Prompt id", prompt_id, prompt_id),
            hash_fact("File", variant.sha256 or ""),
            Fact("Source type", kind.rpartition("/")[2], kind),
        ]
    )


def _edited(variant: ImageVariant) -> Fact:
    image = variant.edited_image
    if image is None:
        return Fact("Edit of", "an image that is gone" if variant.edit_type else "")
    return Fact("Edit of", _name(image), url=_address(image))


def _made_from(source: SourceImage | None) -> Fact:
    if source is None:
        return Fact("Made from", "")
    return Fact("Made from", _name(source), url=_address(source))


def _name(image: Image) -> str:
    is_source = isinstance(image, SourceImage)
    return f"source v{image.version}" if is_source else f"candidate {image.pk}, v{image.version}"


def _address(image: Image) -> str:
    """Of what is in the trash there is no page."""
    return "" if image.deleted_at else image.get_absolute_url()


def _named(server: dict[str, str]) -> str:
    return f"{server['name']}{' (sandbox)' if server.get('sandbox') else ''}" if server else ""

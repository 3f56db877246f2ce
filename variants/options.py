"""What is chosen beside the prompt: scene, environment, outfit, aspect ratio, quality mode.

It is stored with each image, its words enter the prompt that is sent, and its figures are bound
where the workflow has a place for them.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from characters.models import SourceImage
from studio.lib.tables import Lookup
from variants.errors import UnknownOption
from variants.vocabulary import (
    AspectRatio,
    Described,
    EnvironmentPreset,
    QualityMode,
    ScenePreset,
)

L = TypeVar("L", bound=Lookup)

MAX_OUTFIT = 500
COLUMNS = ("scene", "environment", "outfit", "aspect_ratio", "quality_mode")


@dataclass(frozen=True)
class Options:
    """A person's choices by name; an empty name chooses nothing."""

    scene: str = ""
    environment: str = ""
    outfit: str = ""
    aspect_ratio: str = ""
    quality_mode: str = ""


@dataclass(frozen=True)
class Chosen:
    """The rows that the names of `Options` stand for."""

    scene: ScenePreset | None = None
    environment: EnvironmentPreset | None = None
    outfit: str = ""
    aspect_ratio: AspectRatio | None = None
    quality_mode: QualityMode | None = None

    def columns(self) -> dict[str, Any]:
        """As the columns of a request or a variant."""
        return {name: getattr(self, name) for name in COLUMNS}

    def prompt(self, text: str) -> str:
        """The prompt that is sent: the person's words, then those of the presets."""
        parts = [
            text.strip() if self._has_words else text,
            f"wearing {self.outfit}" if self.outfit else "",
            self.scene.prompt if self.scene else "",
            self.environment.prompt if self.environment else "",
        ]
        return ", ".join(part for part in parts if part)

    def bound(self) -> dict[str, Any]:
        """The values that the aspect ratio and the quality mode bind, by the binding's name."""
        values: dict[str, Any] = {}
        if self.aspect_ratio:
            values |= {"width": self.aspect_ratio.width, "height": self.aspect_ratio.height}
        if self.quality_mode:
            values |= {"steps": self.quality_mode.steps, "sampler": self.quality_mode.sampler}
        return values

    @property
    def _has_words(self) -> bool:
        return bool(self.outfit or self.scene or self.environment)


def chosen(options: Options) -> Chosen:
    """The rows of the chosen names. Raises UnknownOption."""
    return Chosen(
        scene=_row(ScenePreset, "scene", options.scene),
        environment=_row(EnvironmentPreset, "environment", options.environment),
        outfit=options.outfit,
        aspect_ratio=_row(AspectRatio, "aspect_ratio", options.aspect_ratio),
        quality_mode=_row(QualityMode, "quality_mode", options.quality_mode),
    )


def options_of(row: Described) -> Options:
    """The names that a request or an image was made with."""
    names = {name: getattr(row, name) for name in COLUMNS}
    return Options(**{name: str(value) if value else "" for name, value in names.items()})


def inherited(origin: Described | SourceImage) -> dict[str, Any]:
    """The columns that a variant takes over: of its request, or of the image that it edits.

    A source image has none. The rating of an edit is `gating.rating_of_edit`'s.
    """
    if isinstance(origin, SourceImage):
        return {}
    return {name: getattr(origin, name) for name in COLUMNS}


def _row(model: type[L], field_name: str, name: str) -> L | None:
    if not name:
        return None
    row = model._default_manager.filter(name=name).first()
    if row is None:
        known = ", ".join(model._default_manager.order_by("pk").values_list("name", flat=True))
        raise UnknownOption(
            f"There is no {field_name.replace('_', ' ')} {name[:100]!r}. Choose one of: {known}.",
            field=field_name,
        )
    return row

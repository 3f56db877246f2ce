"""Variants: heroes, families, files by status, and the requests that they belong to."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Coalesce

from audit.models import AuditEvent
from characters.models import OF_AGE, ContentRating
from studio.invariants.fault import Fault
from variants.masks import ImageMask
from variants.models import FILE_COLUMNS_NULL, GenerationRequest, ImageVariant, ReviewDecision
from variants.vocabulary import VariantStatus

JUDGED = (
    VariantStatus.GENERATED,
    VariantStatus.EDITING,
    VariantStatus.APPROVED,
    VariantStatus.REJECTED,
)


def check() -> Iterator[Fault]:
    """Faults of variants and requests."""
    yield from _heroes()
    yield from _families()
    yield from _columns()
    yield from _masks()
    yield from _requests()
    yield from _ratings()
    yield from _trash()


def _heroes() -> Iterator[Fault]:
    heroes = ImageVariant.objects.filter(is_hero=True)
    several = heroes.order_by().values("character", "variant_type").annotate(n=Count("pk"))
    for row in several.filter(n__gt=1):
        yield Fault(
            "several_heroes",
            f"Character {row['character']} has {row['n']} heroes of type {row['variant_type']}.",
        )
    wrong = ImageVariant.objects.filter(
        Q(is_hero=True) & ~Q(status_id=VariantStatus.APPROVED)
        | Q(is_hero=False, status_id=VariantStatus.APPROVED)
        | Q(is_hero=True, sha256=None)
    )
    for variant in wrong:
        yield Fault("hero_mismatch", f"Variant {variant.pk}: hero, status and file disagree.")
    decided = ReviewDecision.objects.filter(
        variant=OuterRef("pk"), to_status_id=VariantStatus.APPROVED
    )
    for variant in heroes.exclude(Exists(decided)):
        yield Fault("hero_without_decision", f"Nobody is known to have approved {variant.pk}.")


def _families() -> Iterator[Fault]:
    every = ImageVariant.objects.order_by("pk")
    for variant in every.filter(parent_variant__gte=F("pk")):
        yield Fault("parent_is_younger", f"Variant {variant.pk} descends from a younger one.")
    wrong = every.filter(
        Q(root=None) & ~Q(version=1)
        | Q(root__isnull=False) & (Q(version__lte=1) | Q(root__gte=F("pk")))
        | Q(root__root__isnull=False)
        | Q(root__isnull=False) & ~Q(root__character=F("character"))
    )
    for variant in wrong:
        yield Fault("wrong_root", f"Variant {variant.pk}: its family's first version is wrong.")
    related = every.filter(parent_variant__isnull=False).annotate(
        mine=Coalesce("root_id", "pk"), theirs=Coalesce("parent_variant__root_id", "parent_variant")
    )
    for variant in related.exclude(mine=F("theirs")):
        yield Fault("foreign_parent", f"Variant {variant.pk} descends from another family.")
    families = every.order_by().filter(root__isnull=False).values("root", "root__character")
    gaps: Counter[int] = Counter()
    for row in families.annotate(n=Count("pk"), last=Max("version")):
        gaps[row["root__character"]] += row["last"] - row["n"] - 1
    purged = _purged("character")
    for character_id, count in gaps.items():
        if count > purged[character_id]:
            yield Fault(
                "version_gap",
                f"Character {character_id}: its variants lack {count} versions, and "
                f"{purged[character_id]} were purged.",
            )


def _purged(name: str) -> Counter[int]:
    """How many variants were purged, by what the record says of them."""
    events = AuditEvent.objects.filter(verb="variant.purge").values_list(f"before__{name}")
    return Counter(int(value) for (value,) in events.iterator() if value is not None)


def _columns() -> Iterator[Fault]:
    """File columns are set together, and there is a file exactly when there is one to judge."""
    none = Q(**dict.fromkeys(FILE_COLUMNS_NULL, True))
    all_ = Q(**dict.fromkeys(FILE_COLUMNS_NULL, False))
    for variant in ImageVariant.objects.exclude(none | all_):
        yield Fault("file_columns", f"Variant {variant.pk}: some of its file columns are empty.")
    for variant in ImageVariant.objects.filter(status_id__in=JUDGED, sha256=None):
        yield Fault("no_file", f"Variant {variant.pk} is {variant.state.label} without a file.")


def _masks() -> Iterator[Fault]:
    """A mask is of its image's character and size, and so is whoever was edited with it."""
    edits = ImageVariant.objects.filter(mask__isnull=False)
    for variant in edits.exclude(mask__character=F("character")):
        yield Fault("foreign_mask", f"Variant {variant.pk} names a mask of another character.")
    wrong = ImageMask.objects.filter(
        Q(edited_source__isnull=False)
        & ~Q(
            edited_source__character=F("character"),
            edited_source__width=F("width"),
            edited_source__height=F("height"),
        )
        | Q(edited_variant__isnull=False)
        & ~Q(
            edited_variant__character=F("character"),
            edited_variant__width=F("width"),
            edited_variant__height=F("height"),
        )
    )
    for mask in wrong:
        yield Fault("mask_mismatch", f"Mask {mask.pk} does not fit the image that it is for.")


def _requests() -> Iterator[Fault]:
    purged = _purged("request")
    counted = GenerationRequest.objects.annotate(
        made=Count("variants"), characters=Count("variants__character", distinct=True)
    ).exclude(made=F("count") * F("characters"), characters__gt=0)
    for pk, count, made in counted.values_list("pk", "count", "made"):
        if not purged[pk]:
            yield Fault("request_count", f"Request {pk} asked for {count} variants and has {made}.")


def _trash() -> Iterator[Fault]:
    """What is in the trash has a date, and is no hero."""
    undated = Q(deleted_at=None) ^ Q(purge_at=None)
    for variant in ImageVariant.objects.filter(undated | Q(deleted_at__isnull=False, is_hero=True)):
        yield Fault("trash_mismatch", f"Variant {variant.pk}: trash, date and hero disagree.")


def _ratings() -> Iterator[Fault]:
    """Nothing above general of a character under 18 or of unknown age is left unquarantined."""
    rated = ImageVariant.objects.exclude(content_rating=ContentRating.GENERAL).exclude(
        status_id=VariantStatus.QUARANTINED
    )
    for variant in rated.filter(Q(character__age=None) | Q(character__age__lt=OF_AGE)):
        yield Fault("rated_under_age", f"Variant {variant.pk} is rated above what may exist.")

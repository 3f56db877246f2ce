"""Characters of whom more than general-rated work is possible; such pictures are drawn here."""

from django.contrib.auth.models import Permission

from characters import allowing, policy
from characters.models import Character, ContentRating, SourceImage
from characters.receiving import file_columns, files_of
from people.models import VIEW_ADULT, Project, User
from studio.lib.files import put_all
from studio.lib.pictures import Picture, vet
from tests import make, make_pictures
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus, VariantType

AGE = 30


def picture() -> Picture:
    return vet(make_pictures.good(), "drawn.png")


def types() -> None:
    """A type of every rating, and one without any."""
    rows = (("swimwear", ContentRating.SUGGESTIVE), ("boudoir", ContentRating.ADULT), ("odd", None))
    for name, rating in rows:
        VariantType.objects.get_or_create(name=name, defaults={"content_rating_id": rating})


def enable(settings, admin: User) -> None:
    """What the operator and an admin do before anything above general is possible."""
    settings.ADULT_CONTENT_ENABLED = True
    policy.sign(admin)
    types()


def character(admin: User, creator: User, project: Project, **fields) -> Character:
    """A drawn grown-up whose baseline is approved and whom an admin has opened."""
    made = make.character(creator, project, age=AGE, **fields)
    made = make.ready(creator, made, make_pictures.good())
    allowing.allow_adult(admin, made)
    made.refresh_from_db()
    return made


def variant(owner: Character, rating: ContentRating = ContentRating.ADULT, **fields):
    """A candidate with a file, of a rating that the database lets in."""
    types()
    drawn = picture()
    put_all(files_of(ImageVariant.KIND, owner.pk, drawn))
    name = {1: "clothed", 2: "swimwear", 3: "boudoir"}[rating]
    columns = {
        "character": owner,
        "variant_type_id": name,
        "status_id": VariantStatus.GENERATED,
        "content_rating_id": rating,
        "source_image": owner.current_source,
        "prompt": "a secret prompt",
        "negative_prompt": "a secret negative",
        "generation_params": {"graph": {"6": {"inputs": {"text": "a secret prompt"}}}},
        **file_columns(ImageVariant.KIND, owner.pk, drawn),
    }
    return ImageVariant.objects.create(**{**columns, **fields})


def rate_source(source: SourceImage, rating: ContentRating) -> None:
    SourceImage.objects.filter(pk=source.pk).update(content_rating_id=rating)


def permit(person: User) -> User:
    """The person with the permission to view, read anew."""
    person.user_permissions.add(Permission.objects.get(codename=VIEW_ADULT))
    return User.objects.get(pk=person.pk)

"""An upload that shows the face of another character of the project says whose, and goes on."""

import io

from django.db.models.functions import Now
from PIL import Image

from characters import finding
from characters.models import LikenessMatch, SourceImage
from tests import make
from tests.qa.pictures import drawn_face, encoded


def mirrored():
    out = io.BytesIO()
    Image.open(make.PORTRAIT).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(out, "PNG")
    return out.getvalue()


def uploaded(creator, owner, data):
    source = make.source(creator, owner, data, "")
    make.run_jobs("cpu", "gpu")
    source.refresh_from_db()
    return source


def test_the_same_face_in_the_project_is_told_by_name_on_page_and_api(
    project, admin, creator, reviewer, page, api
):
    finding.forget()
    jane = make.character(creator, project, name="Jane")
    joan = make.character(creator, project, name="Joan")
    uploaded(creator, jane, make.portrait())
    source = uploaded(creator, joan, mirrored())
    (match,) = LikenessMatch.objects.all()
    assert (match.source, match.other.character) == (source, jane)
    assert match.likeness > 0.7
    html = page(reviewer).get(joan.get_absolute_url()).content.decode()
    assert "nearly the same as that of" in html
    assert jane.get_absolute_url() in html
    said = api(reviewer).get(f"/api/v1/characters/{joan.pk}/source-image").json()["resembles"]
    assert said == [
        {
            "character": jane.pk, "name": "Jane", "likeness": match.likeness,
            "likeness_band": "match",
        }
    ]  # fmt: skip
    uploaded(creator, joan, encoded(drawn_face(1)))
    html = page(reviewer).get(joan.get_absolute_url()).content.decode()
    assert "nearly the same" not in html
    elsewhere = make.project(admin, "Southlight")
    elsewhere.memberships.create(user=creator)
    other = uploaded(creator, make.character(creator, elsewhere, name="Judy"), make.portrait())
    assert not LikenessMatch.objects.filter(source=other).exists()


def test_a_warning_ends_while_the_other_image_is_withheld(project, creator, page, api):
    finding.forget()
    jane = make.character(creator, project, name="Jane")
    joan = make.character(creator, project, name="Joan")
    first = uploaded(creator, jane, make.portrait())
    uploaded(creator, joan, mirrored())

    def said():
        base = f"/api/v1/characters/{joan.pk}"
        now = api(creator).get(f"{base}/source-image").json()
        (listed,) = api(creator).get(f"{base}/source-image/history").json()["results"]
        html = page(creator).get(joan.get_absolute_url()).content.decode()
        assert now["resembles"] == listed["resembles"]
        assert bool(now["resembles"]) == ("nearly the same" in html)
        return [one["name"] for one in now["resembles"]]

    assert said() == ["Jane"]
    SourceImage.objects.filter(pk=first.pk).update(quarantined_at=Now())
    assert said() == []


def test_a_warning_ends_when_the_other_character_is_given_another_face(project, creator, page):
    finding.forget()
    jane = make.character(creator, project, name="Jane")
    joan = make.character(creator, project, name="Joan")
    uploaded(creator, jane, make.portrait())
    uploaded(creator, joan, mirrored())
    uploaded(creator, jane, encoded(drawn_face(2)))
    html = page(creator).get(joan.get_absolute_url()).content.decode()
    assert "nearly the same" not in html

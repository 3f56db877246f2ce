"""Home: my characters, or the next step towards the first one."""

from django.urls import reverse

from tests import make
from tests.people import world


def html(browser):
    answer = browser.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_admin_of_an_empty_studio_is_led_to_the_first_project(page, admin):
    text = html(page(admin))
    assert f'href="{reverse("project-create")}"' in text
    assert "Create the first project" in text


def test_a_creator_without_a_project_is_told_whom_to_ask(page, outsider):
    text = html(page(outsider))
    assert "Ask an admin to add you to a project." in text
    assert "/projects/new/" not in text


def test_a_creator_with_an_empty_project_is_led_to_the_first_character(page, creator, project):
    text = html(page(creator))
    assert f'href="/projects/{project.pk}/characters/new/"' in text
    assert "Create the first character" in text


def test_a_creator_of_two_empty_projects_chooses(page, creator, project, admin):
    second = make.project(admin, "Southlight")
    second.memberships.create(user=creator)
    text = html(page(creator))
    assert "Create the first character in Northlight" in text
    assert f'href="/projects/{second.pk}/characters/new/"' in text


def test_a_reviewer_of_an_empty_project_is_told_to_wait(page, reviewer):
    text = html(page(reviewer))
    assert "A creator of your project adds them." in text
    assert "characters/new" not in text


def test_a_character_without_an_image_leads_to_its_upload(page, creator, character):
    browser = page(creator)
    assert f'href="{character.get_absolute_url()}"' in html(browser)
    panel = browser.get(character.get_absolute_url()).content.decode()
    assert f'action="{reverse("source-upload", args=[character.pk])}"' in panel
    assert 'enctype="multipart/form-data"' in panel
    assert 'type="file"' in panel


def test_home_shows_heroes_and_what_waits_and_only_mine(db, page):
    cast = world.build()
    text = html(page(cast.reviewer))
    assert f'href="/variants/{cast.ours.hero.pk}/"' in text
    assert "1 to review" in text
    assert "1 running" in text
    assert "New character" not in text
    assert f"/characters/{cast.theirs.ready.pk}/" not in text
    assert f"/characters/{cast.theirs.ready.pk}/" in html(page(cast.admin))


def test_an_archived_character_leaves_home(page, creator, character):
    browser = page(creator)
    browser.post(f"/characters/{character.pk}/archive/")
    assert f'href="{character.get_absolute_url()}"' not in html(browser)


def test_markup_in_names_stays_text(page, creator, project):
    make.character(creator, project, name="<script>alert(1)</script>")
    text = html(page(creator))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text

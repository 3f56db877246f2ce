"""What many people see, read at once, is what each of them sees alone."""

from people.models import Project
from tests.people import world


def test_projects_of_many_people_are_those_of_each(db):
    cast = world.build()
    people = [cast.person(role) for role in ("creator", "reviewer", "outsider", "admin", "idle")]
    alone = {
        person.pk: set(Project.objects.visible_to(person).values_list("pk", flat=True))
        for person in people
    }
    assert Project.objects.visible_to_each(people) == alone
    assert any(alone.values())

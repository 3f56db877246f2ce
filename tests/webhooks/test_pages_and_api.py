"""Admins register webhooks, see what was sent and send it again; the secret is shown once."""

import pytest

from audit.models import AuditEvent
from tests import make
from webhooks.models import Delivery, Webhook

URL = "/api/v1/webhooks"


def body(receiver, **more):
    return {"name": "Wall", "url": receiver.url, "events": ["variant.approved"], **more}


def test_the_api_shows_the_secret_once(api, admin, receiver, project):
    client = api(admin)
    made = client.post(URL, body(receiver, project=project.pk))
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    one = f"{URL}/{made.json()['id']}"
    for answer in (client.get(one), client.get(URL)):
        assert "whsec_" not in answer.content.decode()
    assert client.get(URL).json()["results"][0]["project"] == project.pk
    renewed = client.post(f"{one}/secret").json()["secret"]
    assert renewed != made.json()["secret"]
    assert all("whsec_" not in str(event.after) for event in AuditEvent.objects.all())


def test_deliveries_are_listed_and_sent_again(api, admin, receiver, project):
    client = api(admin)
    one = f"{URL}/{client.post(URL, body(receiver)).json()['id']}"
    sent = client.post(f"{one}/ping")
    assert (sent.status_code, sent.json()["status"]) == (202, "pending")
    receiver.answers = [200]
    make.run_jobs("io")
    (row,) = client.get(f"{one}/deliveries?status=delivered").json()["results"]
    assert (row["event"], row["status_code"], row["attempts"]) == ("ping", 200, 1)
    again = client.post(f"{one}/deliveries/{row['id']}/redeliver")
    assert (again.status_code, again.json()["status"]) == (202, "pending")
    twice = client.post(f"{one}/deliveries/{row['id']}/redeliver")
    assert (twice.status_code, twice.json()["code"]) == (409, "nothing_to_send")
    assert client.get(f"{one}/deliveries?status=nonsense").status_code == 400


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"url": "http://1.1.1.1/"}, "url", "address_refused"),
        ({"url": "https://192.168.0.1/"}, "url", "address_refused"),
        ({"url": "https://user@1.1.1.1/"}, "url", "address_refused"),
        ({"events": []}, "events", "invalid"),
        ({"events": ["nonsense"]}, "events", "invalid"),
        ({"name": ""}, "name", "invalid"),
    ],
)
def test_what_does_not_do_is_refused_and_nothing_is_written(
    api, admin, receiver, change, field, code
):
    answer = api(admin).post(URL, body(receiver, **change))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert set(answer.json()["errors"]) == {field}
    assert Webhook.objects.count() == 0


def test_there_are_at_most_twenty(api, admin, receiver):
    client = api(admin)
    for number in range(20):
        Webhook.objects.create(name=str(number), url="https://1.1.1.1/", events=[], salt="x")
    answer = client.post(URL, body(receiver))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")


def test_pages_do_the_same_without_a_script(page, admin, receiver, project):
    browser = page(admin)
    made = browser.post("/webhooks/", body(receiver))
    assert made.headers["Cache-Control"] == "no-store"
    assert b"whsec_" in made.content
    webhook = Webhook.objects.get()
    one = f"/webhooks/{webhook.pk}/"
    assert b"whsec_" not in browser.get(one).content
    assert browser.post(f"{one}ping/").status_code == 302
    make.run_jobs("io")
    shown = browser.get(one).content.decode()
    assert "204" in shown
    delivery = Delivery.objects.get()
    assert browser.post(f"{one}deliveries/{delivery.pk}/redeliver/").status_code == 302
    changed = body(receiver, name="Door")
    assert browser.post(one, changed).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.name, webhook.is_active) == ("Door", False)
    refused = browser.post(one, body(receiver, url="https://10.0.0.1/"))
    assert refused.status_code == 400
    assert b"in none of the operator" in refused.content
    assert browser.post(f"{one}delete/").status_code == 302
    assert Webhook.objects.count() == 0


def test_the_admin_site_shows_them_and_keeps_the_salt(page, admin, receiver):
    browser = page(admin)
    admin.is_staff = True
    admin.save()
    browser.post("/webhooks/", body(receiver))
    webhook = Webhook.objects.get()
    shown = browser.get(f"/admin/webhooks/webhook/{webhook.pk}/change/").content.decode()
    assert webhook.salt not in shown
    assert browser.get("/admin/webhooks/delivery/").status_code == 200

"""An event reaches its receivers: signed, once when it is taken, again and again until then."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from jobs.models import Job, JobStatus
from people import managing
from studio.lib.events import push_on_commit
from tests import make
from webhooks import registering
from webhooks.actors import PATIENCE, forget_old
from webhooks.announcing import KIND
from webhooks.errors import NothingToSend
from webhooks.models import Delivery, DeliveryStatus, Webhook


def run_now() -> None:
    """Run what is due, pauses left out."""
    Job.objects.filter(kind__name=KIND, status_id=JobStatus.QUEUED).update(due_at=Now())
    make.run_jobs("io")


def tell(project, event="variant.approved", **data):
    push_on_commit(event, [f"project-{project.pk}"], **data)


def test_a_delivery_is_signed_so_that_the_receiver_can_check_it(registered, receiver, project):
    made = registered("variant.approved")
    tell(project, variant_id=7)
    run_now()
    ((path, headers, body),) = receiver.got
    assert path == "/hook?a=b"
    told = json.loads(body)
    assert (told["type"], told["variant_id"]) == ("variant.approved", 7)
    assert told["project_id"] == project.pk
    assert headers["Studio-Event"] == "variant.approved"
    assert headers["Studio-Delivery"] == told["id"]
    parts = dict(part.split("=") for part in headers["Studio-Signature"].split(","))
    signed = hmac.new(made.secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256)
    assert hmac.compare_digest(parts["v1"], signed.hexdigest())
    delivery = Delivery.objects.get()
    assert delivery.state is DeliveryStatus.DELIVERED
    assert (delivery.attempts, delivery.status_code, delivery.error) == (1, 204, "")


def test_what_happens_in_the_product_arrives(registered, receiver, creator, character):
    registered("source.replaced", "baseline.changed", "variant.created", "job.finished")
    make.ready(creator, character)
    run_now()
    kinds = [headers["Studio-Event"] for _, headers, _ in receiver.got]
    assert kinds == ["source.replaced", "baseline.changed"]
    make.run_jobs("cpu")
    run_now()
    assert {h["Studio-Event"] for _, h, _ in receiver.got[2:]} == {"job.finished"}


def test_its_own_deliveries_are_no_events(registered, receiver, project):
    registered("job.finished", "job.progress", "variant.approved")
    tell(project)
    run_now()
    run_now()
    assert [headers["Studio-Event"] for _, headers, _ in receiver.got] == ["variant.approved"]
    assert Delivery.objects.count() == 1


def test_only_what_was_asked_for_is_sent_and_only_of_its_project(registered, admin, project):
    other = managing.create_project(admin, "Southlight")
    registered("variant.approved", project=project)
    every = registered("variant.rejected").webhook
    tell(other, "variant.approved")
    tell(project, "variant.status")
    assert Delivery.objects.count() == 0
    tell(other, "variant.rejected")
    assert Delivery.objects.get().webhook == every


def test_an_event_that_did_not_happen_is_not_sent(registered, project):
    registered("variant.approved")
    with transaction.atomic():
        tell(project)
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0
    assert Job.objects.filter(kind__name=KIND).count() == 0


def test_an_event_of_all_projects_is_sent_once(registered, receiver, admin, project):
    other = managing.create_project(admin, "Southlight")
    registered("server.status")
    push_on_commit("server.status", [f"project-{project.pk}", f"project-{other.pk}"], name="gpu")
    run_now()
    assert [json.loads(body)["project_id"] for _, _, body in receiver.got] == [None]


def test_a_receiver_that_fails_is_tried_again_until_it_takes_it(registered, receiver, project):
    registered("variant.approved")
    receiver.answers = [500, 404, 429, 200]
    tell(project)
    for attempts in (1, 2, 3):
        run_now()
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.attempts) == (DeliveryStatus.PENDING, attempts)
    assert (delivery.status_code, delivery.error) == (429, "The receiver answered 429.")
    assert delivery.job.due_at - delivery.job.updated_at > timedelta(seconds=30)
    run_now()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryStatus.DELIVERED, 4)
    ids = {headers["Studio-Delivery"] for _, headers, _ in receiver.got}
    assert len(ids) == 1


def test_it_is_given_up_in_the_end_and_can_be_sent_again(registered, receiver, project, admin):
    registered("variant.approved")
    receiver.answers = [503]
    tell(project)
    for _ in range(PATIENCE.attempts):
        assert Delivery.objects.get().state is DeliveryStatus.PENDING
        with pytest.raises(NothingToSend):
            registering.redeliver(admin, Delivery.objects.get())
        run_now()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryStatus.FAILED, PATIENCE.attempts)
    assert delivery.error == "The receiver answered 503."
    receiver.answers = [200]
    registering.redeliver(admin, delivery)
    run_now()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryStatus.DELIVERED, PATIENCE.attempts + 1)


def test_a_redirect_is_not_followed(registered, receiver, project):
    registered("variant.approved")
    receiver.answers, receiver.location = [302], "http://127.0.0.1:1/elsewhere"
    tell(project)
    run_now()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status_code) == (DeliveryStatus.PENDING, 302)
    assert len(receiver.got) == 1


def test_a_receiver_that_moved_out_of_the_networks_gets_nothing(
    registered, receiver, project, settings
):
    registered("variant.approved")
    settings.WEBHOOK_NETWORKS = ()
    tell(project)
    run_now()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryStatus.FAILED, 1)
    assert receiver.got == []


def test_a_webhook_that_is_off_hears_nothing(registered, receiver, project, admin):
    webhook = registered("variant.approved").webhook
    tell(project)
    registering.change(admin, webhook, is_active=False)
    tell(project)
    run_now()
    assert receiver.got == []
    assert [row.state for row in Delivery.objects.all()] == [DeliveryStatus.FAILED]


def test_the_table_alone_signs_nothing_and_a_new_secret_ends_the_old(registered, admin):
    made = registered("variant.approved")
    row = Webhook.objects.filter(pk=made.webhook.pk).values().get()
    assert made.secret.startswith("whsec_")
    assert made.secret not in str(row)
    renewed = registering.renew_secret(admin, made.webhook)
    assert renewed.secret != made.secret


def test_a_ping_tries_the_receiver(registered, receiver, admin, project):
    registering.ping(admin, registered("variant.approved").webhook)
    run_now()
    assert json.loads(receiver.got[0][2])["type"] == "ping"


def test_deliveries_that_have_ended_are_kept_a_month(registered, project):
    registered("variant.approved")
    for age_days, status in ((31, 2), (31, 1), (29, 3)):
        tell(project)
        newest = Delivery.objects.first()
        Delivery.objects.filter(pk=newest.pk).update(
            status_id=status, created_at=Now() - timedelta(days=age_days)
        )
    forget_old()
    assert sorted(Delivery.objects.values_list("status_id", flat=True)) == [1, 3]

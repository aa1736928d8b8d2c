"""Attachments over HTTP: who gets a file, and how it is sent."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mingqian.audit.models import Event
from mingqian.workflow.models import Action
from mingqian.workflow.queries import attachments_of
from mingqian.workflow.services import attach, perform
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"0" * 100


@pytest.fixture
def attachment(matter, clerk):
    return attach(matter, upload=SimpleUploadedFile("会议通知 2026.pdf", PDF), by=clerk)


@pytest.fixture
def url(attachment):
    return reverse("workflow:attachment", args=[attachment.pk])


def test_its_office_fetches_it_as_a_download(client, clerk, attachment, url):
    client.force_login(clerk)
    response = client.get(url)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%BC%9A")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    event = Event.objects.get(action="workflow.download_attachment")
    assert event.details["sha256"] == attachment.sha256


def test_another_office_and_hrss_before_submission_find_nothing(client, matter, lead, url):
    for person in (make_user("clerk"), make_user("reviewer"), make_user("observer")):
        client.force_login(person)
        assert client.get(url).status_code == 404
    perform(Action.SUBMIT, on=matter, by=lead)
    client.force_login(make_user("reviewer"))
    assert client.get(url).status_code == 200


def test_the_system_administrator_is_refused_and_strangers_sign_in_first(client, url):
    assert client.get(url).status_code == 302
    client.force_login(make_user("sysadmin"))
    assert client.get(url).status_code == 403


def test_a_file_is_taken_off_by_its_office_while_the_document_is_open(
    client, matter, clerk, lead, attachment
):
    remove = reverse("workflow:remove-attachment", args=[attachment.pk])
    client.force_login(make_user("clerk"))
    assert client.post(remove).status_code == 404
    client.force_login(clerk)
    assert client.get(remove).status_code == 405
    assert (
        client.post(remove, {"next": "https://evil.example/"})["Location"]
        == f"/notes/{matter.number}/"
    )
    assert not attachments_of(matter).exists()


def test_a_submitted_documents_files_stay(client, matter, clerk, lead, attachment):
    perform(Action.SUBMIT, on=matter, by=lead)
    client.force_login(clerk)
    back = reverse("rulebook:list")
    response = client.post(
        reverse("workflow:remove-attachment", args=[attachment.pk]), {"next": back}, follow=True
    )
    assert "附件不能再改动" in response.content.decode()
    assert attachments_of(matter).count() == 1

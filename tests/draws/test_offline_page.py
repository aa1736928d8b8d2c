"""The offline verifier as it is served: one file, its own strict policy, nothing from anywhere else."""

import base64
import hashlib
import re

import pytest

from mingqian.draws import offline

pytestmark = pytest.mark.django_db


def test_the_page_is_served_to_anybody_under_a_policy_of_its_own(client):
    answer = client.get("/verify/offline.html")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Content-Security-Policy"] == f"{offline.policy()}; frame-ancestors 'none'"
    assert answer.content == offline.page()


def test_the_policy_names_the_only_script_and_style_by_their_hashes():
    page = offline.page().decode()
    assert f'content="{offline.policy()}"' in page
    for tag in ("script", "style"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        named = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{named}'" in offline.policy()
    assert "default-src 'none'" in offline.policy()


def test_the_page_needs_no_other_file():
    page = offline.page().decode()
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(|url\(", page)
    assert "<!--" not in page


def test_the_verification_page_links_to_it(client):
    page = client.get("/verify").content.decode()
    assert 'href="/verify/offline.html"' in page
    assert 'download="抽取凭证离线验证.html"' in page

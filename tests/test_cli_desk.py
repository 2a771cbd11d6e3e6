"""The command that lets the first person in."""

import re

from factories_web import Browser
from office import Office

from tracker.settings import load_settings
from tracker.store.engine import open_store
from tracker.web.app import create_app


def test_signin_prints_a_link_that_signs_the_person_in(applied: Office) -> None:
    said = applied.well("signin", "TongHop@angiang.example")
    assert said.startswith("Cán bộ tổng hợp: http://127.0.0.1:8305/ban-lam-viec/vao/")
    link = re.search(r"8305(/\S+)", said)
    assert link
    engine = open_store(applied.database)
    answer = Browser(create_app(engine, load_settings())).ask("POST", link[1])
    engine.dispose()
    assert (answer.status_code, answer.headers["location"]) == (303, "/ban-lam-viec")


def test_signin_names_the_nearest_person_and_the_way_to_add_one(applied: Office) -> None:
    said = applied.refused("signin", "tonghopp@angiang.example")
    assert 'có phải "tonghop@angiang.example"?' in said
    assert "reporting.people" in said

"""What the benchmark's probes ask (sandbox/benchmark.py), as a learner's own tests would: with Flask's test client."""

import pytest
from main import app


@pytest.fixture
def client():
    return app.test_client()


def test_root_says_hello(client):
    response = client.get("/")

    assert response.status_code == 200
    assert response.get_json() == {"message": "hello"}


def test_query_changes_nothing(client):
    response = client.get("/?name=x")

    assert response.status_code == 200
    assert response.get_json() == {"message": "hello"}


def test_unknown_path_is_not_found(client):
    assert client.get("/nowhere").status_code == 404

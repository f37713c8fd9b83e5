"""Whole jobs through the real sandbox: what is reported of programs that work, and of those that do not."""

import pytest

from sandbox import Ending, HttpProbe, Job, judge

APPS = {
    "flask": """
from flask import Flask
app = Flask(__name__)
@app.get("/")
def index():
    return {"message": "hello"}
@app.get("/boom")
def boom():
    raise KeyError("lost")
if __name__ == "__main__":
    raise SystemExit("a main block ran")
""",
    "fastapi": """
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def index():
    return {"message": "hello"}
@app.get("/boom")
async def boom():
    raise KeyError("lost")
if __name__ == "__main__":
    raise SystemExit("a main block ran")
""",
}


def job(source, *paths, framework="flask", **fields):
    probes = [HttpProbe("GET", path) for path in paths or ("/",)]
    return Job(kind="http", framework=framework, files={"main.py": source.encode()}, probes=probes, **fields)


@pytest.mark.parametrize("framework", APPS)
def test_judge_reports_answers_in_order_with_the_stderr_of_each(framework):
    report = judge(job(APPS[framework], "/", "/boom", "/", framework=framework))

    assert report.ending is Ending.FINISHED
    assert [observation.status for observation in report.observations] == [200, 500, 200]
    assert [b"KeyError: 'lost'" in observation.stderr for observation in report.observations] == [False, True, False]

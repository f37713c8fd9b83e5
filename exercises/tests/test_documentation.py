"""The page of the API: all that the schema has, in the reader's language, with examples that work."""

import html
import re
import subprocess
from collections import Counter
from itertools import pairwise

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.timezone import now
from drf_spectacular.generators import SchemaGenerator

from courses.loading import load_course
from exercises.api.documentation import (
    Answer,
    Body,
    Choice,
    Component,
    Documentation,
    Field,
    Operation,
    Section,
    Word,
    documentation,
    documentation_of,
)
from exercises.api.examples import curl
from exercises.models import Run

STRING = {"type": "string"}
# The keywords of a schema that the page shows, and those that say nothing to who calls.
SHOWN = {
    "$ref", "additionalProperties", "allOf", "description", "enum", "format", "items", "maxItems", "maximum",
    "minItems", "minLength", "minimum", "nullable", "oneOf", "pattern", "properties", "required", "type",
}  # fmt: skip
LEFT_OUT = {"example", "readOnly"}


@pytest.fixture
def page(client):
    return client.get("/api/docs/").content.decode()


def operations():
    return [operation for section in documentation().sections for operation in section.operations]


def text_of(*words):
    return "".join(word.text for word in words)


def test_documentation_has_all_that_a_schema_says():
    schema = {
        "info": {"description": "Makes tea."},
        "paths": {
            "/api/v1/tea/{uuid}/": {
                "put": {
                    "operationId": "tea_update",
                    "description": "Change it.",
                    "tags": ["tea"],
                    "parameters": [
                        {"name": "uuid", "in": "path", "required": True, "schema": {**STRING, "format": "uuid"}},
                        {"name": "page", "in": "query", "description": "Which.", "schema": {"type": "integer"}},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tea"}}},
                    },
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"text/event-stream": {"schema": STRING}},
                            "headers": {"Location": {"schema": {**STRING, "format": "uri"}, "description": "Where."}},
                        },
                        "404": {
                            "description": "Nothing.",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tea"}}},
                        },
                    },
                },
            },
        },
        "components": {
            "schemas": {
                "Tea": {
                    "description": "A cup.",
                    "properties": {
                        "cups": {"type": "integer", "minimum": 0, "maximum": 7},
                        "kind": {
                            "allOf": [{"$ref": "#/components/schemas/KindEnum"}],
                            "nullable": True,
                            "description": "Of leaves.\n\n* `green` - Green tea",
                        },
                    },
                    "required": ["cups"],
                },
                "KindEnum": {
                    "enum": ["green", "black", None],
                    "description": "* `green` - Green tea\n* `black` - black",
                },
            },
        },
    }
    tea = (Word("Tea", is_component=True),)
    common = {"is_required": True, "description": "", "limits": ()}
    fields = (
        Field(name="cups", type=(Word("integer"),), **common | {"limits": ("minimum: 0", "maximum: 7")}),
        Field(
            name="kind",
            type=(Word("KindEnum", is_component=True), Word(" or null")),
            is_required=False,
            description="Of leaves.",
            limits=(),
        ),
    )
    location = Field(name="Location", type=(Word("string (uri)"),), **common | {"description": "Where."})

    assert documentation_of(schema) == Documentation(
        description="Makes tea.",
        sections=(
            Section(
                name="tea",
                operations=(
                    Operation(
                        id="tea_update",
                        method="PUT",
                        path="/api/v1/tea/{uuid}/",
                        description="Change it.",
                        parameters=(
                            Field(name="uuid", type=(Word("string (uuid)"),), where="path", **common),
                            Field(
                                name="page",
                                type=(Word("integer"),),
                                is_required=False,
                                description="Which.",
                                limits=(),
                                where="query",
                            ),
                        ),
                        body=Body(is_required=True, type=tea, fields=fields),
                        answers=(
                            Answer(
                                status="200 OK",
                                description="",
                                type=(Word("string"),),
                                media_type="text/event-stream",
                                headers=(location,),
                            ),
                            Answer(status="404 Not Found", description="Nothing.", type=tea, media_type="", headers=()),
                        ),
                    ),
                ),
            ),
        ),
        components=(
            Component(name="Tea", description="A cup.", fields=fields, choices=()),
            Component(
                name="KindEnum",
                description="",
                fields=(),
                choices=(
                    Choice(value="green", label="Green tea"),
                    Choice(value="black", label=""),
                    Choice(value="null", label=""),
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("schema", "text", "limits"),
    [
        (STRING, "string", ()),
        ({}, "any value", ()),
        ({"type": "number", "format": "double", "nullable": True}, "number (double) or null", ()),
        ({"type": "array", "items": {**STRING, "pattern": "^a$"}}, "array of string", ("items.pattern: ^a$",)),
        (
            {"type": "array", "items": {"type": "array", "items": STRING, "maxItems": 2}},
            "array of array of string",
            ("items.maxItems: 2",),
        ),
        (
            {"type": "object", "additionalProperties": {**STRING, "minLength": 1}},
            "object of string",
            ("additionalProperties.minLength: 1",),
        ),
        (
            {
                "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/NullEnum"}],
                "nullable": True,
            },
            "A or NullEnum",
            (),
        ),
    ],
)
def test_a_field_says_what_it_takes(schema, text, limits):
    components = {"Some": {"properties": {"field": schema}}}
    shown = documentation_of({"info": {"description": ""}, "paths": {}, "components": {"schemas": components}})

    ((field,),) = (component.fields for component in shown.components)
    assert (text_of(*field.type), field.limits) == (text, limits)


def test_no_keyword_of_the_schema_is_left_out_unnoticed():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = set()

    def look(part):
        found.update(part)
        for inner in part.get("properties", {}).values():
            look(inner)
        for inner in [*part.get("allOf", []), *part.get("oneOf", [])]:
            look(inner)
        for inner in (part[key] for key in ("items", "additionalProperties") if key in part):
            look(inner)

    for component in schema["components"]["schemas"].values():
        look(component)
    for operation in (operation for methods in schema["paths"].values() for operation in methods.values()):
        answers = operation["responses"].values()
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        headers = [header for answer in answers for header in answer.get("headers", {}).values()]
        contents = [content for part in [*bodies, *answers] for content in part["content"].values()]
        for part in [*operation.get("parameters", []), *headers, *contents]:
            look(part["schema"])

    assert found == SHOWN | LEFT_OUT


def test_the_schema_is_generated_once_in_english_for_whatever_reader_comes_first(client, monkeypatch):
    languages = []
    generate = SchemaGenerator.get_schema

    def noted(generator, **options):
        languages.append(translation.get_language())
        return generate(generator, **options)

    monkeypatch.setattr(SchemaGenerator, "get_schema", noted)
    documentation.cache_clear()
    with translation.override("de"):
        first = documentation()

    assert client.get("/api/docs/").status_code == 200
    assert documentation() is first
    assert languages == ["en"]


def test_every_operation_and_every_component_has_its_place_and_every_link_a_target(page):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    wanted = {operation["operationId"] for methods in schema["paths"].values() for operation in methods.values()}
    wanted |= set(schema["components"]["schemas"])
    ids = Counter(re.findall(r'<\w+[^>]*? id="([^"]+)"', page))

    assert wanted - set(ids) == set()
    assert {link for link in re.findall(r'href="#([^"]+)"', page) if not link.startswith("i-")} - set(ids) == set()
    assert {name: count for name, count in ids.items() if count > 1} == {}


def test_each_operation_is_headed_by_its_method_and_its_whole_path(page):
    headings = re.findall(r'<h3 id="(\w+)" translate="no">(.*?)</h3>', page, re.DOTALL)

    shown = {name: " ".join(re.sub(r"<[^>]+>", "", text).split()) for name, text in headings}
    assert shown == {operation.id: f"{operation.method} {operation.path}" for operation in operations()}


def test_its_headings_are_in_order(page):
    levels = [int(level) for level in re.findall(r"<h([1-6])", page.partition("<dialog")[0])]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []


def test_it_has_no_inline_script_or_style_and_loads_nothing_from_elsewhere(page):
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", page) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page) == []


@pytest.mark.parametrize("host", ["testserver", "localhost:8000"])
def test_its_examples_are_of_the_site_that_is_asked(client, settings, host):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    asked = [client.get("/api/docs/", headers={"host": host}).content.decode() for _ in range(2)]

    for shown in asked:
        addresses = [arguments_of(command, id="1")[-1] for command in commands_in(shown).values()]
        assert {address.partition("/api/")[0] for address in addresses} == {f"http://{host}"}


def commands_in(page):
    """Of each operation by its id, as somebody would copy it."""
    found = re.findall(r'<h3 id="(\w+)".*?<pre>(.*?)</pre>', page.partition('id="data"')[0], re.DOTALL)
    return {name: html.unescape(re.sub(r"<[^>]+>", "", text)) for name, text in found}


def arguments_of(command, **variables):
    """What curl is given, by a shell in which *variables* are set."""
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}; {command}"
    done = subprocess.run(["sh", "-eu", "-c", script], env=variables, capture_output=True, text=True, check=True)
    return done.stdout.split("\0")[:-1]


class Shell:
    """Runs examples, and does what curl does, with one jar of cookies."""

    def __init__(self, commands):
        self.commands = commands
        self.jar = Client()
        self.variables = {}

    def run(self, name):
        """The answer to the example of the operation *name*; `id` is that of the last answer that had one."""
        *arguments, address = arguments_of(self.commands[name], **self.variables)
        method, kind, body, client = "", "", "", Client()
        options = iter(arguments)
        for option in options:
            match option:
                case "-N":
                    assert name.endswith("_events_retrieve")
                case "-X":
                    method = next(options)
                case "-b" | "-c":
                    assert next(options) == "cookies"
                    client = self.jar
                case "-H":
                    kind = next(options).removeprefix("Content-Type: ")
                case "-d":
                    body = next(options)
                case _:
                    raise AssertionError(f"what is {option}?")
        answer = client.generic(method or ("POST" if body else "GET"), address, body, content_type=kind)
        if answer["Content-Type"] == "application/json":
            self.variables |= {key: value for key, value in answer.json().items() if key == "id"}
        return answer


@pytest.mark.django_db
def test_every_example_works(client):
    load_course(settings.BASE_DIR / "courses" / "content" / "python-web-frameworks", publish=True, is_checked=True)
    shell = Shell(commands_in(client.get("/api/docs/").content.decode()))
    statuses = {}

    def run(*names):
        statuses.update({name: shell.run(name).status_code for name in names})

    for _ in range(2):  # that fail: they open the solution, see its description
        run("exercises_submissions_create")
        Run.objects.update(status="done", verdict="failed", finished_at=now(), requeue_at=None)
    run("exercises_solution_create")
    run(
        "exercises_submissions_create",
        "submissions_retrieve",
        "submissions_cancel_create",
        "submissions_events_retrieve",
    )
    run("runs_create", "runs_retrieve", "runs_cancel_create", "runs_events_retrieve")
    run(*[operation.id for operation in operations() if operation.id not in statuses])

    made = {"exercises_submissions_create", "runs_create"}
    assert statuses == {operation.id: 202 if operation.id in made else 200 for operation in operations()}


def test_an_address_is_quoted_where_a_shell_would_read_it_otherwise():
    listed = next(operation for operation in operations() if operation.id == "exercises_list")

    assert curl(listed, "http://[::1]:8000") == (
        "curl 'http://[::1]:8000/api/v1/exercises/?course=python-web-frameworks&framework=flask'"
    )

"""The schema of the API as its page shows it: sections of operations, and the data that they take and answer with."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

PREFIX = "/api/v1"
REFERENCE = "#/components/schemas/"
# A description lists the choices of its field, too: a line for each, with the name that people read.
CHOICE = re.compile(r"^\* `([^`]*)` - (.*)$", re.MULTILINE)
LIMITS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern")


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of what a value is: "array of " and "TestOutput", which is the name of a component."""

    text: str
    is_component: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value with a name. limits are as in the schema, "maximum: 7"; where is "path", "query" or "header" or empty."""

    name: str
    type: tuple[Word, ...]
    is_required: bool
    description: str
    limits: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """label is empty where the value says it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """An object with its fields, or one of some choices."""

    name: str
    description: str
    fields: tuple[Field, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    is_required: bool
    type: tuple[Word, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """status with its phrase: "404 Not Found"; media_type is empty for JSON."""

    status: str
    description: str
    type: tuple[Word, ...]
    media_type: str
    headers: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    method: str  # "GET"
    path: str  # "/api/v1/exercises/{slug}/"
    description: str
    parameters: tuple[Field, ...]
    body: Body | None
    answers: tuple[Answer, ...]

    @property
    def short_path(self) -> str:
        return self.path.removeprefix(PREFIX)

    @property
    def path_parts(self) -> list[str]:
        """Each with its slash, after which a line may end."""
        return re.findall(r"[^/]+/?|/", self.path)

    @property
    def is_stream(self) -> bool:
        return any(answer.media_type == "text/event-stream" for answer in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation:
    description: str
    sections: tuple[Section, ...]
    components: tuple[Component, ...]


@cache
def documentation() -> Documentation:
    """Of this site's API; made once, for it takes a tenth of a second, and the same code has the same schema.

    In English whoever asks first, because labels of choices are translated; and it is public, so that nobody's
    permissions are in it.
    """
    with translation.override("en"):
        return documentation_of(SchemaGenerator().get_schema(request=None, public=True))


def documentation_of(schema: Mapping[str, Any]) -> Documentation:
    """What there is to show of an OpenAPI 3.0 *schema*, in its order."""
    components = schema["components"]["schemas"]
    sections: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            shown = _operation(path, method, operation, components)
            sections.setdefault(operation["tags"][0], []).append(shown)
    return Documentation(
        description=schema["info"]["description"],
        sections=tuple(Section(name=name, operations=tuple(found)) for name, found in sections.items()),
        components=tuple(_component(name, component) for name, component in components.items()),
    )


def _operation(path: str, method: str, operation: Mapping[str, Any], components: Mapping[str, Any]) -> Operation:
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        description=operation.get("description", ""),
        parameters=tuple(
            _field(
                parameter["name"],
                {"description": parameter.get("description", ""), **parameter["schema"]},
                is_required=parameter.get("required", False),
                where=parameter["in"],
            )
            for parameter in operation.get("parameters", [])
        ),
        body=_body(operation["requestBody"], components) if "requestBody" in operation else None,
        answers=tuple(_answer(status, answer) for status, answer in operation["responses"].items()),
    )


def _body(body: Mapping[str, Any], components: Mapping[str, Any]) -> Body:
    schema = body["content"]["application/json"]["schema"]
    return Body(
        is_required=body.get("required", False),
        type=tuple(_words(schema)),
        fields=_fields(components[schema["$ref"].removeprefix(REFERENCE)]),
    )


def _answer(status: str, answer: Mapping[str, Any]) -> Answer:
    ((media_type, content),) = answer["content"].items()
    return Answer(
        status=f"{status} {HTTPStatus(int(status)).phrase}",
        description=answer["description"],
        type=tuple(_words(content["schema"])),
        media_type="" if media_type == "application/json" else media_type,
        headers=tuple(
            _field(name, {"description": header.get("description", ""), **header["schema"]}, is_required=True)
            for name, header in answer.get("headers", {}).items()
        ),
    )


def _component(name: str, schema: Mapping[str, Any]) -> Component:
    description = schema.get("description", "")
    labels = dict(CHOICE.findall(description))
    values = ["null" if value is None else str(value) for value in schema.get("enum", [])]
    return Component(
        name=name,
        description=_sentences(description),
        fields=_fields(schema),
        choices=tuple(
            Choice(value=value, label=label if label != value else "")
            for value in values
            for label in [labels.get(value, "")]
        ),
    )


def _fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    required = schema.get("required", [])
    properties = schema.get("properties", {})
    return tuple(_field(name, field, is_required=name in required) for name, field in properties.items())


def _field(name: str, schema: Mapping[str, Any], *, is_required: bool, where: str = "") -> Field:
    return Field(
        name=name,
        type=tuple(_words(schema)),
        is_required=is_required,
        description=_sentences(schema.get("description", "")),
        limits=tuple(_limits(schema)),
        where=where,
    )


def _sentences(description: str) -> str:
    """Without the choices: the component has them."""
    return CHOICE.sub("", description).strip()


def _words(schema: Mapping[str, Any]) -> Iterator[Word]:
    """What a value is: "array of TestOutput", "string (uuid) or null"."""
    if "$ref" in schema:
        yield Word(schema["$ref"].removeprefix(REFERENCE), is_component=True)
    elif parts := schema.get("allOf") or schema.get("oneOf"):
        for number, part in enumerate(parts):
            if number:
                yield Word(" or ")
            yield from _words(part)
    elif schema.get("type") == "array":
        yield Word("array of ")
        yield from _words(schema["items"])
    elif "additionalProperties" in schema:
        yield Word("object of ")
        yield from _words(schema["additionalProperties"])
    else:
        format_of = f" ({schema['format']})" if "format" in schema else ""
        yield Word(schema.get("type", "any value") + format_of)
    if schema.get("nullable") and "oneOf" not in schema:  # which has null among its parts
        yield Word(" or null")


def _limits(schema: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Those of the value, and by the schema's own word for them those of what is in it: "items.maxLength: 7"."""
    for limit in LIMITS:
        if limit in schema:
            yield f"{place}{limit}: {schema[limit]}"
    for inner in ("items", "additionalProperties"):
        if inner in schema:
            yield from _limits(schema[inner], f"{place}{inner}.")

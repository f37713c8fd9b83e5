"""cases.toml: what is read, what a seed makes of it, and what every mistake is answered with."""

from time import process_time

import pytest

from exercises.cases import CasesError, check_alone, declared_params, expected, parse, questions
from exercises.kinds import http
from exercises.kinds.http import ABSENT, Expectation, Request
from sandbox import PROBE_SECONDS, job

FAMILY = """\
[params]
framework = "name of the framework as it is written in the answer"

[random]
missing = { kind = "word" }

[[case]]
name = "GET / says hello from ${framework}"
why = "Costs $$5"
request = { path = "/" }
[case.expect]
status = 200
content_type = "application/json"
json = { message = "Hello from ${framework}" }

[[case]]
name = "An unknown path answers 404"
request = { method = "GET", path = "/${missing}", headers = { Accept = "text/html" } }
expect = { status = [404, 410], text_contains = "${missing}", headers = { Allow = "GET" } }
"""

ITEMS = """\
[random]
item = { kind = "choice", of = ["Blue pen", "Tea & cake"] }
price = { kind = "decimal", min = 0.1, max = 99.9, step = 0.1 }
count = { kind = "integer", min = 1, max = 9 }

[computed]
with_tax = { multiply = ["${price}", 1.1], round = 2 }
more = { add = ["${count}", 1] }

[[case]]
name = "POST /items/… adds the tax"
request = { method = "POST", path = "/items/${item}?n=${count}", json = { name = "${item}", price = "${price}" } }
[case.expect]
status = 200
json = { "${item}" = { price_with_tax = "${with_tax}", more = "${more}", text = "n=${count} $${x}" } }
"""


def test_parse_fills_parameters_and_keeps_random_values():
    first, second = parse(FAMILY, {"framework": "$Flask"})

    assert first == {
        "name": "GET / says hello from $Flask",
        "why": "Costs $5",
        "request": {"method": "GET", "path": "/", "headers": {}},
        "expect": {
            "status": [200],
            "content_type": "application/json",
            "json": {"message": "Hello from $$Flask"},
        },
        "random": {},
        "computed": {},
    }
    assert second == {
        "name": "An unknown path answers 404",
        "why": "",
        "request": {"method": "GET", "path": "/${missing}", "headers": {"Accept": "text/html"}},
        "expect": {"status": [404, 410], "headers": {"Allow": "GET"}, "text_contains": ["${missing}"]},
        "random": {"missing": {"kind": "word"}},
        "computed": {},
    }


def test_requests_and_expected_hold_the_same_values_of_one_seed():
    cases = parse(FAMILY, {"framework": "$Flask"})

    assert questions(cases, seed=7) == [
        Request("GET", "/", (), b""),
        Request("GET", "/zphxzbsd", (("Accept", "text/html"),), b""),
    ]
    assert expected(cases, seed=7) == [
        Expectation(status=(200,), content_type="application/json", json={"message": "Hello from $Flask"}),
        Expectation(status=(404, 410), headers={"Allow": "GET"}, text_contains=("zphxzbsd",), json=ABSENT),
    ]


def test_values_take_their_type_and_are_quoted_in_a_path():
    cases = parse(ITEMS)

    assert questions(cases, seed=3) == [
        Request(
            "POST",
            "/items/Blue%20pen?n=8",
            (("Content-Type", "application/json"),),
            b'{"name": "Blue pen", "price": 31.8}',
        )
    ]
    assert expected(cases, seed=3) == [
        Expectation(status=(200,), json={"Blue pen": {"price_with_tax": 34.98, "more": 9, "text": "n=8 ${x}"}})
    ]


def test_a_burst_is_a_request_by_several_clients():
    cases = parse(case(request='{ path = "/slow", clients = 20 }', expect="{ at_least_ms = 200, within_ms = 1000 }"))

    assert questions(cases, seed=1) == [Request("GET", "/slow", (), b"", clients=20)]
    assert questions(cases, seed=1)[0].shown == {"method": "GET", "path": "/slow", "clients": 20}
    assert expected(cases, seed=1) == [Expectation(at_least_ms=200, within_ms=1000)]


def test_bursts_are_bounded_as_the_sandbox_bounds_them():
    assert (http.MAX_CLIENTS, http.MAX_CONNECTIONS) == (job.MAX_CLIENTS, job.MAX_SOCKETS)
    assert job.Burst(job.HttpProbe("GET", "/"), 2).attempts == http.ATTEMPTS
    assert http.MAX_MS < 1000 * PROBE_SECONDS


def test_random_values_differ_between_seeds():
    paths = {questions(parse(FAMILY, {"framework": "Flask"}), seed)[1].path for seed in range(50)}

    assert len(paths) == 50


def test_params_of_another_type_keep_it():
    text = '[params]\nvalue = "anything"\n' + case(expect='{ status = 200, json = "${value}" }')

    assert expected(parse(text, {"value": [True, {"a": "$1"}]}), 1)[0].json == [True, {"a": "$1"}]


def test_declared_params_are_the_names_with_their_descriptions():
    assert declared_params(FAMILY) == {"framework": "name of the framework as it is written in the answer"}


def case(name='"It answers"', request='{ path = "/" }', expect="{ status = 200 }", before="", after=""):
    """A cases.toml whose [[case]] starts on line 2; name is line 3, request line 4, expect line 5."""
    return f"{before}\n[[case]]\nname = {name}\nrequest = {request}\nexpect = {expect}\n{after}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[case]\n", "line 1: not valid TOML: Expected ']]' at the end of an array declaration"),
        ("a = 1\n\nb = ", "line 3: not valid TOML: Invalid value"),
        ("", "one [[case]] is needed at least, 50 at most"),
        ("case = 1", "line 1: one [[case]] is needed at least, 50 at most"),
        (case(after="whys = 1"), "line 6: unknown key 'whys'; a case knows expect, name, request, why"),
        (case(after="[extra]"), "line 6: unknown key 'extra'; cases.toml knows case, computed, params, random"),
        (case(name="3"), "line 3: name must be a text in quotes"),
        (case(name='""'), "line 3: name must be a text in quotes"),
        (case(name='"' + 201 * "x" + '"'), "line 3: name: 200 characters at most"),
        ("[[case]]\nname = 'x'\nexpect = {status = 200}", "line 1: a case needs 'request'"),
        (case(request="{}"), "line 4: request needs 'path'"),
        (case(request='"GET /"'), "line 4: request must be a table"),
        (case(request='{ path = "/", verb = "GET" }'),
         "line 4: unknown key 'verb'; request knows body, clients, headers, json, method, path"),
        (case(request='{ path = "health" }'),
         "line 4: path must start with / and have other characters than those of addresses percent-encoded"),
        (case(request='{ path = "/a b" }'),
         "line 4: path must start with / and have other characters than those of addresses percent-encoded"),
        (case(request='{ path = "/#top" }'),
         "line 4: path must start with / and have other characters than those of addresses percent-encoded"),
        (case(request='{ path = "/", method = "get" }'),
         "line 4: method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        (case(request='{ path = "/", json = 1, body = "1" }'), "line 4: a request has json or body, not both"),
        (case(request='{ path = "/", body = 1 }'), "line 4: body must be a text in quotes"),
        (case(request='{ path = "/", headers = { "A b" = "x" } }'), "line 4: 'A b' is not the name of a header"),
        (case(request='{ path = "/", headers = { A = "x\\r\\nB: y" } }'),
         "line 4: A must be a text in ASCII, on one line"),
        (case(request='{ path = "/", headers = { A = 1 } }'), "line 4: A must be a text in ASCII, on one line"),
        (case(request='{ path = "/", headers = { Host = "x" } }'), "line 4: Host is written by the sandbox"),
        (case(request='{ path = "/", headers = [] }'), "line 4: headers must be a table of texts"),
        (case(expect="{}"),
         "line 5: expect needs at least one of status, content_type, headers, json, text_contains, component, "
         "figure, at_least_ms, within_ms"),
        (case(request='{ path = "/", clients = 1 }'), "line 4: clients must be a whole number from 2 to 50"),
        (case(request='{ path = "/", clients = 51 }'), "line 4: clients must be a whole number from 2 to 50"),
        (case(request='{ path = "/", clients = true }'), "line 4: clients must be a whole number from 2 to 50"),
        (case(request='{ path = "/", clients = "${r}" }', before='random.r = { kind = "integer", min = 2, max = 3 }'),
         "line 4: clients must be a whole number from 2 to 50"),
        (case(request='{ path = "/", clients = 2 }', expect="{ within_ms = 0.5 }"),
         "line 5: within_ms must be a whole number from 1 to 9000"),
        (case(expect="{ within_ms = 100 }"), "line 5: within_ms is for a request with clients"),
        (case(expect="{ figure = 1 }"), "line 5: figure must be a table"),
        (case(expect="{ figure = { y = [1] } }"), "line 5: figure needs 'at'"),
        (case(expect='{ figure = { at = "a" } }'), "line 5: figure needs x or y"),
        (case(expect='{ figure = { at = "a", y = 1 } }'), "line 5: y must be an array"),
        (case(expect='{ figure = { at = "${r}", y = [1] } }', before='random.r.kind = "word"'),
         "line 5: at must be the same for every run: no random values"),
        (case(expect='{ figure = { at = "a", y = [], z = [1] } }'),
         "line 5: unknown key 'z'; figure knows at, traces, x, y"),
        (case(expect='{ figure = { at = "a", y = [], traces = 0 } }'),
         "line 5: traces must be a whole number from 1 to 20"),
        (case(expect="{ component = 1 }"), "line 5: component must be a table"),
        (case(expect="{ component = [] }"), "line 5: component must be a table, or an array of them"),
        (case(expect="{ component = {} }"), "line 5: component needs at least one of type, id, text, options"),
        (case(expect="{ component = [{ id = 1 }] }"), "line 5: id must be a text in quotes"),
        (case(expect="{ component = { options = [1] } }"), "line 5: options must be a text in quotes"),
        (case(expect='{ component = { name = "x" } }'),
         "line 5: unknown key 'name'; component knows id, options, text, type"),
        ("".join(case(name=f'"{n}"', request='{ path = "/", clients = 50 }') for n in range(7)),
         "line 2: the cases need 1057 connections, 1000 at most: a request with clients takes one for each, 3 times, "
         "and one more"),
        (case(expect="{ status = 99 }"), "line 5: status must be a number from 100 to 599, or an array of them"),
        (case(expect="{ status = true }"), "line 5: status must be a number from 100 to 599, or an array of them"),
        (case(expect="{ status = [] }"), "line 5: status must be a number from 100 to 599, or an array of them"),
        (case(expect='{ status = "200" }'), "line 5: status must be a number from 100 to 599, or an array of them"),
        (case(expect='{ status = 200, content_type = "json" }'),
         "line 5: content_type must be a media type such as application/json"),
        (case(expect="{ status = 200, text_contains = [1] }"), "line 5: text_contains must be a text in quotes"),
        (case(expect="{ status = 200, json = inf }"), "line 5: inf and nan are not numbers of JSON"),
        (case(expect="{ status = 200, json = 2026-01-01 }"),
         "line 5: dates and times are not values of JSON; write a text in quotes"),
        (case(expect='{ status = 200, json = "\\u0000" }'), "line 5: NUL cannot be stored"),
        (case(expect="{ status = 200, json = 9e15 }"), "line 5: numbers go up to 1000000000000000"),
        (case(expect="{ status = 200, json = " + 40 * "[" + 40 * "]" + " }"), "line 5: values are nested too deeply"),
        (case(request='{ path = "/${nobody}" }'),
         "line 4: ${nobody} is neither in [params] nor in [random] nor in [computed]"),
        (case(expect='{ status = 200, json = { "${key}" = 1 } }'),
         "line 5: ${key} is neither in [params] nor in [random] nor in [computed]"),
        (case(request='{ path = "/${" }'),
         "line 4: ${ needs a name and a closing }; a dollar sign before { is written $$"),
        (case(name='"Item ${r}"', before='random.r.kind = "word"'),
         "line 3: name must be the same for every run: no random values"),
        (case(request='{ path = "/", headers = { A = "${r}" } }',
              before='random.r = { kind = "choice", of = ["é", "e"] }'),
         "line 4: A must be a text in ASCII, on one line"),
        (case(before="random = 1"), "line 1: [random] must be a table"),
        (case(before="random.r = 1"), 'line 1: r: must look like { kind = "word" }'),
        (case(before='random."a b" = { kind = "word" }'), "line 1: a b: is not a name: letters, digits and _ only"),
        (case(before='random.r.kind = "name"'), "line 1: r: kind must be one of word, integer, decimal, choice"),
        (case(before='random.r = { kind = "word", min = 1 }'), "line 1: r: min means nothing for kind word"),
        (case(before='random.r = { kind = "integer", min = 1 }'), "line 1: r: kind integer needs max"),
        (case(before='random.r = { kind = "integer", min = 1, max = 1 }'),
         "line 1: r: min and max must be integers, min the smaller one"),
        (case(before='random.r = { kind = "decimal", min = 1, max = 2, step = 0 }'),
         "line 1: r: step must be above 0 and fit between min and max"),
        (case(before='random.r = { kind = "choice", of = [1] }'),
         "line 1: r: of must be an array of at least two values"),
        (case(before='computed.c = { multiply = [1, 2], divide = [] }'),
         'line 1: c: must look like { multiply = ["${name}", 1.1], round = 2 } or { add = […] }'),
        (case(before='computed.c = { multiply = ["${w}", 2] }\nrandom.w.kind = "word"'),
         "line 1: c: '${w}' is neither a number nor a random value that is one"),
        (case(before="computed.c = { add = [1] }"), "line 1: c: needs 2 to 4 operands"),
        (case(before="computed.c = { add = [1, 2], round = 9 }"), "line 1: c: can be rounded to 0 up to 6 places"),
        (case(before='[params]\nframework = "name"'), "line 2: the exercise does not give the parameter 'framework'"),
        (case(before="params.framework = 1"), "line 1: framework: must be a description in quotes"),
        (case(after=case()), "line 8: another case has the same name"),
        (case(before='computed.r = { add = [1, 2] }\nrandom.r.kind = "word"'),
         "line 1: r: [random] has this name already"),
    ],
)  # fmt: skip
def test_parse_names_the_line_of_a_mistake(text, problem):
    with pytest.raises(CasesError) as caught:
        parse(text)

    assert str(caught.value) == problem


def test_parse_refuses_parameters_that_nobody_asked_for():
    with pytest.raises(CasesError) as caught:
        parse(FAMILY, {"framework": "Flask", "port": 8000})

    assert str(caught.value) == "line 1: the exercise gives 'port', which is not among the parameters"


UNUSED = """\
[params]
method = "the method"
status = "the status"

[[case]]
name = "It answers"
request = { method = "${method}", path = "/health" }
expect = { status = "${status}" }
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("", "", None),
        ('request = { method = "${method}", path', "call = { path", "line 7: unknown key 'path'"),
        ('path = "/health"', 'path = "${method}"', None),
        ("expect = {", "expect = { staus = 1, ", "line 8: unknown key 'staus'"),  # whatever the status is
        ("expect = {", 'expect = { "${status}" = 1, staus = 1, ', None),  # nor is it known which keys there are
        ("[[case]]", "[random]\nprice = { kind = 'integer', min = 1, max = '${status}' }\n[[case]]",
         "line 6: price: min and max must be integers"),  # no parameter is filled in there
        ('name = "It answers"', 'name = "It answers ${status} ${stauts}"', "line 6: ${stauts} is neither in [params]"),
        ('name = "It answers"', 'name = "${status}"\nwhy = "${"', "line 7: ${ needs a name"),
        ('{ method = "${method}", path = "/health" }', '"${method}"', None),
        ('expect = { status = "${status}" }', "expect = { status = 200, within_ms = 10 }",
         "line 8: within_ms is for a request with clients"),
        ('{ method = "${method}", path = "/health" }\nexpect = { status = "${status}" }',
         '"${method}"\nexpect = { status = 200, within_ms = 10 }', None),
        ('path = "/health" }', 'path = "/health", clients = "${status}" }', None),
        ('"${status}"', f"""{"[" * 400}"${{status}}"{"]" * 400}""", "line 8: values are nested too deeply"),
        ('expect = { status = "${status}" }', 'expect = { status = [\n  200,\n  "${status}",\n] }', None),
        ('expect = { status = "${status}" }',
         'expect = { status = [\n  200,\n  "${status}",\n], content_type = [\n"json",\n] }',
         "line 11: content_type must be a media type"),
        ('expect = { status = "${status}" }',
         'expect.component = [\n  { id = "${status}" },\n  { typ = "Div" },\n]', "line 10: unknown key 'typ'"),
        ('expect = { status = "${status}" }',
         'expect.component = [\n  { id = "${status}" },\n  "${status}",\n  { "${status}" = "Div" },\n]', None),
        ('expect = { status = "${status}" }\n',
         """expect = { status = "${status}" }
[[case]]
name = "${status}"
request = { path = "/" }
expect = { status = 200 }
[[case]]
name = "status"
request = { path = "/" }
expect = { status = 200 }
""", None),
        ('expect = { status = "${status}" }\n',
         """expect = { status = "${status}" }
[[case]]
name = "It answers"
request = { path = "/" }
expect = { status = 200 }
""", "line 10: another case has the same name"),
        ('expect = { status = "${status}" }\n',
         'expect = { status = "${status}" }\n' + case(request='{ path = "/", clients = 50 }') * 50,
         "line 5: one [[case]] is needed at least, 50 at most"),
        ('expect = { status = "${status}" }\n',
         'expect = { status = "${status}" }\n'
         + "".join(case(request='{ path = "/", clients = 50 }', name=f'"{number}"') for number in range(9)),
         "line 5: the cases need 1359 connections"),
        ('expect = { status = "${status}" }', "expect = { staus = 200 }", "line 8: unknown key 'staus'"),
        ("request = {", "reqest = {", "line 7: unknown key 'reqest'; a case knows call, expect"),
        ('request = { method = "${method}", path = "/health" }\n', "",
         "line 5: no [[case]] says what is asked: it needs one of request, call, run, interact"),
        ("[[case]]", "[case]", "line 5: no [[case]] says what is asked"),
        ("${status}", "${state}", "line 8: ${state} is neither in [params]"),
        ('name = "It answers"\n', "", "line 5: a case needs 'name'"),
    ],
)  # fmt: skip
def test_cases_without_an_exercise_are_checked_as_far_as_they_do_not_depend_on_one(old, new, problem):
    text = UNUSED.replace(old, new) if old else UNUSED

    try:
        check_alone(text)
        said = None
    except CasesError as error:
        said = str(error)

    assert said == problem if problem is None else problem in (said or "")


COMPUTED = """\
[params]
rate = "the tax"
[random]
price = { kind = "integer", min = 1, max = 9 }
[computed]
total = { multiply = ["${price}", "${rate}"] }
[[case]]
name = "The tax is added"
request = { path = "/${price}" }
[case.expect]
json = { total = "${total}" }
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("", "", None),
        ('{ total = "${total}" }', '"${total}"', None),
        ("json = {", 'status = [\n  200,\n  "${total}",\n]\njson = {', None),
        ("json = {", 'headers.Tax = "${total}"\njson = {', None),
        ('"${rate}"] }', '"${rate}"], round = 9 }', "line 6: total: can be rounded to 0 up to 6 places; line 11: "
         "${total} is neither in [params] nor in [random] nor in [computed]"),
        ('"${rate}"] }', '"${rate}"] }\nmore = { add = ["${total}", 1] }',
         "line 7: more: '${total}' is neither a number nor a random value that is one"),
        ('"${rate}"] }', '"${rate}"] }\nprice = { add = ["${rate}", 1] }',
         "line 7: price: [random] has this name already"),
        ('["${price}", "${rate}"] }', '[\n  "${price}",\n  "${rate}",\n] }', None),
        ('["${price}", "${rate}"] }', '["${price}", "x"] }',
         "line 6: total: 'x' is neither a number nor a random value that is one; line 11: "
         "${total} is neither in [params] nor in [random] nor in [computed]"),
        ("json = {", "status = 1\njson = {", "line 11: status must be a number from 100 to 599, or an array of them"),
    ],
)  # fmt: skip
def test_what_needs_a_parameter_by_way_of_a_computed_value_is_left_to_an_exercise(old, new, problem):
    text = COMPUTED.replace(old, new) if old else COMPUTED

    try:
        check_alone(text)
        said = None
    except CasesError as error:
        said = str(error)

    assert said == problem


@pytest.mark.parametrize(
    ("text", "params"),
    [
        (FAMILY, {"framework": "Flask"}),
        (UNUSED, {"method": "GET", "status": 200}),
        (UNUSED.replace('"${status}"', '[\n  200,\n  "${status}",\n]'), {"method": "GET", "status": 201}),
        (UNUSED.replace('{ method = "${method}", path = "/health" }', '"${method}"'),
         {"method": {"path": "/"}, "status": 200}),
        (UNUSED.replace('"/health" }\nexpect = { status', '"/health", clients = "${status}" }\nexpect = { within_ms'),
         {"method": "GET", "status": 20}),
        (COMPUTED, {"rate": 1.1}),
    ],
)  # fmt: skip
def test_what_an_exercise_can_fill_in_is_accepted_before_there_is_one(text, params):
    assert parse(text, params)

    check_alone(text)


def test_an_array_of_many_mistakes_is_passed_over_in_little_time():
    text = UNUSED.replace('status = "${status}"', f"""text_contains = [{"1, " * 20_000}"${{status}}"]""")
    began = process_time()

    check_alone(text)

    assert process_time() - began < 10  # it took minutes when the array was read for each


def test_parse_reports_every_problem_in_the_order_of_the_lines():
    with pytest.raises(CasesError) as caught:
        parse(case(request='{ path = "x" }', expect="{ status = 1 }", name="1"))

    assert [line for line, _ in caught.value.problems] == [3, 4, 5]


@pytest.mark.parametrize("depth", [33, 200, 300, 400, 450, 480, 490, 500, 1000, 10000])
def test_parse_refuses_values_that_are_nested_too_deeply(depth):
    with pytest.raises(CasesError, match="values are nested too deeply"):
        parse(f"x = {'[' * depth}{']' * depth}")

"""Tracebacks as the frameworks print them, and as nobody does."""

import pytest

from exercises.tracebacks import Traceback, last_traceback, without_folders

FLASK = """\
[2026-11-22 10:00:00,000] ERROR in app: Exception on /items/99 [GET]
Traceback (most recent call last):
  File "/opt/learner/lib/python3.11/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/work/main.py", line 9, in item
    return find(items, number)
           ^^^^^^^^^^^^^^^^^^^
  File "/work/shop/stock.py", line 3, in find
    return items[number]
           ~~~~~^^^^^^^^
KeyError: 99
"""

GROUP = """\
ERROR:    Exception in ASGI application
  + Exception Group Traceback (most recent call last):
  |   File "/opt/learner/lib/python3.11/site-packages/starlette/_utils.py", line 76, in collapse
  |     yield
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/work/main.py", line 4, in root
    |     1 / 0
    |     ~~^~~
    | ZeroDivisionError: division by zero
    +------------------------------------
"""

CHAINED = """\
Traceback (most recent call last):
  File "/work/main.py", line 1, in a
    x
NameError: name 'x' is not defined

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/work/main.py", line 2, in b
    raise ValueError
ValueError
"""


@pytest.mark.parametrize(
    ("stderr", "found"),
    [
        (FLASK, Traceback("KeyError", "99", "shop/stock.py", 3, "return items[number]",
            'Traceback (most recent call last):\n  File "main.py", line 9, in item\n    return find(items, number)\n'
            '           ^^^^^^^^^^^^^^^^^^^\n  File "shop/stock.py", line 3, in find\n    return items[number]\n'
            "           ~~~~~^^^^^^^^\nKeyError: 99")),
        (GROUP, Traceback("ZeroDivisionError", "division by zero", "main.py", 4, "1 / 0",
            'Traceback (most recent call last):\n  File "main.py", line 4, in root\n    1 / 0\n    ~~^~~\n'
            "ZeroDivisionError: division by zero")),
        (CHAINED, Traceback("ValueError", "", "main.py", 2, "raise ValueError",
            'Traceback (most recent call last):\n  File "main.py", line 2, in b\n    raise ValueError\nValueError')),
        ('Traceback (most recent call last):\n  File "/opt/python/lib/python3.11/json/decoder.py", line 1, in x\n'
         "json.decoder.JSONDecodeError: Extra data",
         Traceback("json.decoder.JSONDecodeError", "Extra data", "", None, "",
            "json.decoder.JSONDecodeError: Extra data")),
        ('Traceback (most recent call last):\n  File "/work/main.py", line 1, in x\nException: a\0b\x1b[31m\n',
         Traceback("Exception", "a�b", "main.py", 1, "",
            'Traceback (most recent call last):\n  File "main.py", line 1, in x\nException: a�b')),
        ("", None),
        ("Traceback (most recent call last):\n", None),
        ('Traceback (most recent call last):\n  File "/work/main.py", line 1, in x\n    cut', None),
        ("Traceback (most recent call last):\n!?\n", None),
        ("ERROR: nothing to see", None),
    ],
)  # fmt: skip
def test_last_traceback_reads_what_frameworks_print(stderr, found):
    assert last_traceback(stderr.encode(), {"main.py", "shop/stock.py"}) == found


def test_last_traceback_survives_bytes_that_are_no_text():
    assert last_traceback(b"\xff" * 4096, {"main.py"}) is None
    assert last_traceback(b"Traceback (most recent call last):\n" * 100, {"main.py"}) is None


def test_without_folders_leaves_no_path_of_the_sandbox():
    assert without_folders(FLASK).count("/opt/") == without_folders(FLASK).count("/work/") == 0
    assert without_folders('open("/work/data.txt")') == 'open("/work/data.txt")'

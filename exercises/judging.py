"""From what the sandbox observed to a verdict. The answer key stays on this side.

`judge(run)` and `judge_files(version, files, seed)` ask the sandbox to serve the files and to send the requests of the
cases; the answers come back as observations and are compared here. Nothing that the program prints, no exit code and no
file of it is ever a verdict.

What is stored are codes and parameters; sentences are made from them when a page is rendered (exercises.results).

verdict      passed | failed | crashed | timed_out | memory_exceeded | output_exceeded
reason       refines it:
             passed            ""
             failed            "mismatch"    at least one answer is not the expected one
                               "exception"   the first test that did not pass raised in the learner's code
                               "unfinished"  the starter's placeholder is still there (also instead of a crash)
             crashed           "syntax_error" | "import_error" | "no_app" | "exited" | "exception" | "blocked"
             *_exceeded, timed_out   ""
details      parameters of the headline, every key optional:
             exception, message   as Python words them, last line of the traceback
             file, line, column, source   where it happened in the learner's files (relative path)
             exit_code, signal    of a program that ended by itself
             functions            ["item", ...] whose body is still `...`, [] when the starter is unchanged (unfinished)
             limit                seconds or bytes that were exceeded
             test                 index (from 0) of the test that was running when the program ended or was ended
tests        one object a case, in the author's order:
             {"name": str,
              "status": "passed" | "failed" | "error" | "skipped",     error: the learner's code raised while answering
              "message": null | {"code": ..., parameters},             null when passed
              "why": str,                                              the author's sentence; "" when passed or skipped
              "request": {"method", "path", "headers": {..}?, "body": str?},
              "response": null | {"status": int, "headers": {..}, "body": str, "truncated": bool},
              "expected": str | null, "actual": str | null,            short, for display; null when passed
              "traceback": str,                                        of status error, with the learner's frames only
              "duration_ms": float | null}
message      {"code": "status", "expected": [200, ...], "actual": 404}
             {"code": "content_type", "expected": "application/json", "actual": "text/html" | ""}
             {"code": "header", "name": "Allow", "expected": "GET", "actual": "..." | null}
             {"code": "not_json", "problem": "empty" | "encoding" | "syntax" | "duplicate_key" | "too_deep" | "number",
                                  "line"?: int, "column"?: int, "key"?: str}
             {"code": "json_differs", "path": "items[0].name" ("" = the whole), "expected": str, "actual": str,
                                      "difference": "value" | "type" | "missing" | "unexpected" | "length"}
                  expected and actual are JSON texts, cut; for "type" also "expected_type" and "actual_type" (object,
                  array, string, number, boolean, null); "missing"/"unexpected": the member's name is the end of path
             {"code": "text_missing", "expected": "..."}
             {"code": "no_answer", "error": "refused" | "closed" | "timeout" | "malformed" | "too_large"}
             {"code": "exception", "exception": "KeyError", "message": "99",
                                   "file": "main.py" | "", "line": 9 | null, "source": str}
             {"code": "not_reached"}                                   with status skipped
"""

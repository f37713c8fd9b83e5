import json


def app(environ, start_response):
    if environ["PATH_INFO"] == "/boom":
        raise KeyError("lost")
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"message": "hello"}).encode()]

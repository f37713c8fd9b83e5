from gevent import monkey

monkey.patch_all()

from flask import Flask  # noqa: E402 after the patch, as gevent asks
from gevent.pywsgi import WSGIServer  # noqa: E402

app = Flask(__name__)


@app.route("/")
def hello():
    return "Hello, gevent!"


if __name__ == "__main__":
    http_server = WSGIServer(("0.0.0.0", 8000), app)
    http_server.serve_forever()

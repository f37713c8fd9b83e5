from gevent import monkey

monkey.patch_all()

from flask import Flask  # noqa: E402 after the patch, as gevent asks

app = Flask(__name__)


@app.get("/")
def index():
    return {"message": "hello"}


@app.get("/boom")
def boom():
    raise KeyError("lost")

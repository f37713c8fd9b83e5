# fails: Twenty slow requests at once end within a second
from time import sleep

from flask import Flask
from gevent import monkey
from gevent.pywsgi import WSGIServer

monkey.patch_all()

app = Flask(__name__)


@app.get("/")
def home():
    return {"message": "Hello from gevent"}


@app.get("/slow")
def slow():
    sleep(0.2)
    return {"ready": True}


if __name__ == "__main__":
    WSGIServer(("0.0.0.0", 8000), app).serve_forever()

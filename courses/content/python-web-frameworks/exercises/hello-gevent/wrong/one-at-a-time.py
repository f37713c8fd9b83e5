# fails: Twenty slow requests at once end within a second
from gevent import monkey

monkey.patch_all()

import gevent
from flask import Flask
from gevent.lock import Semaphore
from gevent.pywsgi import WSGIServer

app = Flask(__name__)
service = Semaphore(1)


@app.get("/")
def home():
    return {"message": "Hello from gevent"}


@app.get("/slow")
def slow():
    with service:
        gevent.sleep(0.2)
    return {"ready": True}


if __name__ == "__main__":
    WSGIServer(("0.0.0.0", 8000), app).serve_forever()

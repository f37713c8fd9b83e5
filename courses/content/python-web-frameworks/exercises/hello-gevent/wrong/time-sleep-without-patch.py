# fails: Twenty slow requests at once end within a second
import time

from flask import Flask
from gevent.pywsgi import WSGIServer

app = Flask(__name__)


@app.get("/")
def home():
    return {"message": "Hello from gevent"}


@app.get("/slow")
def slow():
    time.sleep(0.2)
    return {"ready": True}


if __name__ == "__main__":
    WSGIServer(("0.0.0.0", 8000), app).serve_forever()

# fails: GET / answers with JSON
import json

from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    def get(self):
        self.write(json.dumps({"message": "Hello from Tornado"}))


app = Application([(r"/", Root)])

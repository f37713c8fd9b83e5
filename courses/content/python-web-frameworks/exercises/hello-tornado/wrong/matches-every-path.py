# fails: An unknown path answers 404
from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    def get(self):
        self.write({"message": "Hello from Tornado"})


app = Application([(r"/.*", Root)])

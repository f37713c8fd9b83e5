# fails: GET / answers with JSON
from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    def get(self):
        self.write("Hello from Tornado")


app = Application([(r"/", Root)])

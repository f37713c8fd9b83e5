# fails: GET / answers 200
from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    def GET(self):
        self.write({"message": "Hello from Tornado"})


app = Application([(r"/", Root)])

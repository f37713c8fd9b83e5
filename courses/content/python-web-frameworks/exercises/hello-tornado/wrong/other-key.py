# fails: The body is the hello message
from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    def get(self):
        self.write({"Message": "Hello from Tornado"})


app = Application([(r"/", Root)])

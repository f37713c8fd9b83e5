# fails: The body is the hello message
from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    def get(self):
        self.write({"message": "Hello from Tornado"})
        self.write("\nBye")


app = Application([(r"/", Root)])

# fails: GET / answers 200
from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    def get(self):
        return {"message": "Hello from Tornado"}


app = Application([(r"/", Root)])

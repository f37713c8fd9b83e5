# fails: GET / answers with JSON
from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    async def get(self):
        return {"message": "Hello from Tornado"}


app = Application([(r"/", Root)])

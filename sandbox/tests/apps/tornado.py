import tornado.web


class Index(tornado.web.RequestHandler):
    def get(self):
        self.write({"message": "hello"})


class Boom(tornado.web.RequestHandler):
    def get(self):
        raise KeyError("lost")


app = tornado.web.Application([("/", Index), ("/boom", Boom)])

import asyncio

from tornado.web import Application, RequestHandler


class Root(RequestHandler):
    def get(self):
        self.write({"message": "Hello from Tornado"})


app = Application([(r"/", Root)])


async def main():
    app.listen(8000, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())

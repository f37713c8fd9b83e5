from http.server import BaseHTTPRequestHandler, HTTPServer


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hello, world")


def run(server_class=HTTPServer, handler_class=Hello):
    server_address = ("", 8080)
    httpd = server_class(server_address, handler_class)
    httpd.serve_forever()


run()

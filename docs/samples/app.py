"""An application behind the proxy that takes whatever reaches it: `python3 app.py PORT`."""

import http.server
import sys


class Application(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        print(self.path, self.headers.get("countersign-verified"), flush=True)
        self.send_response(200)
        self.end_headers()


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Application)
print("listening", flush=True)
server.serve_forever()

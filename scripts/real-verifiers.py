"""Has the vendors' own libraries verify what `countersign trigger` delivers by a declaration.

Usage: real-verifiers.py COUNTERSIGN, the path of the tool.
"""

import http.server
import importlib.metadata
import json
import os
import subprocess
import sys
import threading

import stripe
from linebot.v3.webhook import SignatureValidator

SECRET = "whsec_a_secret_of_the_verifiers"


def by_stripe(headers, body):
    stripe.WebhookSignature.verify_header(body.decode(), headers["stripe-signature"], SECRET, 300)
    return True


def by_line(headers, body):
    return SignatureValidator(SECRET).validate(body.decode(), headers["x-line-signature"])


CASES = [
    ("stripe", "declarations/stripe.toml", "STRIPE_SECRET", by_stripe),
    ("line-bot-sdk", "tests/declared/line.toml", "LINE_SECRET", by_line),
]
FAULTS = [None, "tampered", "wrong-key"]


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers 200 to what the vendor's library verifies, 401 to everything else."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            verified = self.server.verify(self.headers, body)
        except Exception:
            verified = False
        self.send_response(200 if verified else 401)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def accepted(tool, server, file, variable, fault):
    url = f"http://127.0.0.1:{server.server_port}/hook"
    command = [tool, "trigger", file, "--to", url, "--json"] + (["--fault", fault] if fault else [])
    environment = {**os.environ, variable: SECRET}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return json.loads(answer.stdout)["accepted"]


def main():
    failures = 0
    for library, file, variable, verify in CASES:
        server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
        server.verify = verify
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for fault in FAULTS:
            found, expected = accepted(sys.argv[1], server, file, variable, fault), fault is None
            failures += found != expected
            what = f"{library} {importlib.metadata.version(library)}, {fault or 'honest'}"
            print(f"{'ok  ' if found == expected else 'FAIL'} {what}: {'accepted' if found else 'refused'}")
        server.shutdown()
    sys.exit(failures > 0)


main()

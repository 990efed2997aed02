"""Calls the sandbox through `countersign proxy` with clients of other languages, and measures the proxy under load.

Usage: proxy-clients.py COUNTERSIGN, the path of the built tool. Needs curl, node, php with its curl extension, and requests.
"""

import http.client
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import requests

TOOL = sys.argv[1]
MIB = 1024 * 1024
LARGE = 200 * MIB
CART = json.dumps({"Amount": 1000, "Reference": "order-7", "CustomerId": "1234567"})
failures = 0


def check(name, found, expected):
    global failures
    good = found == expected
    failures += not good
    print(f"{'ok  ' if good else 'FAIL'} {name}: {found}" + ("" if good else f", not {expected}"), flush=True)


class Running:
    """Runs the tool, with its standard error in a file."""

    def __init__(self, *arguments):
        self.told = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([TOOL, *arguments], stdout=subprocess.PIPE, stderr=self.told, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def peak_mib(self):
        """The peak memory of the process, in MiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s*(\d+) kB", status.read())[1]) / 1024


class Proxy(Running):
    def __init__(self, *arguments):
        super().__init__("proxy", "--json", "--listen", "127.0.0.1:0", *arguments)
        self.url = json.loads(self.process.stdout.readline())["listen"]


class Sandbox(Running):
    """Prints each request on standard error."""

    def __init__(self, *arguments):
        super().__init__("sandbox", *arguments)
        lines = [self.process.stdout.readline().split() for _ in range(5)]
        self.addresses = dict(lines)

    def accepted(self):
        self.told.seek(0)
        return sum(line.startswith("200 POST ") and line.endswith(" accepted\n") for line in self.told)


class Ledger(http.server.BaseHTTPRequestHandler):
    """A provider that takes bodies of any length, and answers with as many bytes as it is asked for."""

    protocol_version = "HTTP/1.1"
    received = 0

    def do_POST(self):
        left = int(self.headers["content-length"])
        while left:
            chunk = self.rfile.read(min(left, MIB))
            Ledger.received += len(chunk)
            left -= len(chunk)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", str(LARGE))
        self.end_headers()
        for _ in range(LARGE // MIB):
            self.wfile.write(bytes(MIB))

    def log_message(self, *_):
        pass


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def clients(url):
    """Clients that each post a cart, and print the status and the result code of the reply."""
    curl = ["curl", "-s", "-H", "content-type: application/json", "-d", CART, url]
    node = f"""
        fetch({url!r}, {{ method: "POST", headers: {{ "content-type": "application/json" }}, body: {CART!r} }})
            .then(async (reply) => console.log(reply.status, (await reply.json()).ResultCode))
    """
    php = f"""
        $call = curl_init({url!r});
        curl_setopt_array($call, [CURLOPT_RETURNTRANSFER => true, CURLOPT_POSTFIELDS => {CART!r},
            CURLOPT_HTTPHEADER => ["content-type: application/json"]]);
        $reply = json_decode(curl_exec($call));
        echo curl_getinfo($call, CURLINFO_RESPONSE_CODE), " ", $reply->ResultCode;
    """
    reply = requests.post(url, json=json.loads(CART), timeout=60)
    yield "curl", "200 " + str(json.loads(run(*curl).stdout)["ResultCode"])
    yield "requests", f"{reply.status_code} {reply.json()['ResultCode']}"
    yield "fetch of Node", run("node", "-e", node).stdout.strip()
    yield "curl of PHP", run("php", "-r", php).stdout.strip()


def through(work, *sandbox_arguments):
    """A sandbox and a proxy in front of it."""
    env = os.path.join(work, f"{len(os.listdir(work))}.env")
    sandbox = Sandbox("--write-env", env, *sandbox_arguments)
    return sandbox, Proxy("--env-file", env, "netgiro", "--upstream", f"netgiro={sandbox.addresses['netgiro']}")


def honest(work):
    sandbox, proxy = through(work)
    with sandbox, proxy:
        url = proxy.url
        for name, found in clients(f"{url}/netgiro/v1/Checkout/InsertCart"):
            check(f"{name}, a reply that verifies", found, "200 200")
        port = url.rsplit(":", 1)[1]
        code = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %header{countersign-code}"]
        page = [*code, "-H", "origin: https://evil.example", "-H", "sec-fetch-site: cross-site", f"{url}/netgiro/v1/a"]
        check("a page's fetch", run(*page).stdout, "403 proxy-origin")
        rebound = [*code, "--resolve", f"evil.example:{port}:127.0.0.1", f"http://evil.example:{port}/netgiro/v1/a"]
        check("a rebound name", run(*rebound).stdout, "421 proxy-host")


def forged(work):
    sandbox, proxy = through(work, "--fault", "tampered")
    with sandbox, proxy:
        url = proxy.url + "/netgiro/v1/Checkout/InsertCart"
        reply = requests.post(url, json=json.loads(CART), timeout=60)
        check("a forged reply", f"{reply.status_code} {reply.headers['countersign-code']}", "502 reply-signature-mismatch")
        check("a forged reply's body", "Success" in reply.text, False)


def many(work, requests_in_all=10_000, connections=64):
    sandbox, proxy = through(work)
    host = proxy.url.removeprefix("http://")

    def one_connection(count):
        connection = http.client.HTTPConnection(host, timeout=60)
        answers = 0
        for _ in range(count):
            connection.request("POST", "/netgiro/v1/Checkout/InsertCart", CART, {"content-type": "application/json"})
            reply = connection.getresponse()
            answers += reply.status == 200 and json.loads(reply.read())["ResultCode"] == 200
        return answers

    with sandbox, proxy:
        shares = [requests_in_all // connections + (n < requests_in_all % connections) for n in range(connections)]
        with ThreadPoolExecutor(connections) as pool:
            check("requests answered", sum(pool.map(one_connection, shares)), requests_in_all)
        figures = requests.get(f"http://{host}/metrics", timeout=60).text
        for figure in ["signed", "replies_verified"]:
            counted = re.findall(rf'countersign_{figure}_total{{provider="netgiro"}} (\d+)', figures)
            check(f"{figure}, as the proxy counts", counted, [str(requests_in_all)])
        check("refused or failed, as the proxy counts", re.findall("refused|failed", figures), [])
        check("accepted, as the sandbox counts", sandbox.accepted(), requests_in_all)


def large():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ledger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    names = ["unleashed", "netvisor"]
    upstreams = [argument for name in names for argument in ("--upstream", f"{name}={origin}")]
    with tempfile.TemporaryDirectory() as work:
        env = os.path.join(work, "demo.env")
        with Sandbox("--write-env", env):
            pass
        with Proxy("--env-file", env, *names, *upstreams) as proxy:
            url = proxy.url
            requests.get(f"{url}/healthz", timeout=60)
            idle = proxy.peak_mib()
            for name in names:
                Ledger.received = 0
                requests.post(f"{url}/{name}/upload", data=Zeros(LARGE), timeout=600)
                check(f"{name}, bytes up", Ledger.received, LARGE)
                with requests.get(f"{url}/{name}/download", stream=True, timeout=600) as reply:
                    check(f"{name}, bytes down", sum(map(len, reply.iter_content(MIB))), LARGE)
            above = proxy.peak_mib() - idle
            check(f"memory above idle, {above:.1f} MiB, is at most 16 MiB", above <= 16, True)


class Zeros:
    """A file of zeros."""

    def __init__(self, length):
        self.left = self.len = length

    def read(self, size=-1):
        taken = self.left if size < 0 else min(size, self.left)
        self.left -= taken
        return bytes(taken)


with tempfile.TemporaryDirectory() as directory:
    honest(directory)
    forged(directory)
    many(directory)
large()
sys.exit(failures > 0)

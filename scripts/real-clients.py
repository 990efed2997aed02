"""Runs published Python clients against the sandbox and checks its verdicts.

Usage: real-clients.py ADDRESSES-AS-SENT ADDRESSES-DECODED, each the line of JSON that the sandbox prints.
"""

import importlib.metadata
import json
import sys

from netvisor_api_client import Netvisor
from PyUnleashed.PyUnleashed import API as PyUnleashed
from Unleashed.Unleashed import Client as Unleashed

# The sandbox's demo credentials.
NETVISOR = {
    "sender": "Testiclient",
    "partner_id": "San_1234",
    "partner_key": "sandbox-partner-key-41d7",
    "customer_id": "SB_12345_67",
    "customer_key": "sandbox-customer-key-9f2c",
    "organization_id": "1234567-8",
}
API_ID = "5a4db0c5-0000-4000-8000-5a4db0c50002"
API_KEY = "sandboxUnleashedApiKey8w1xQz5Tn3Rk7Yp0=="

ACCEPTED = "accepted"


def netvisor(addresses, language):
    client = Netvisor(host=addresses["netvisor"], language=language, **NETVISOR)
    return client._client.request("GET", "customerlist.nv?keyword=Sj%C3%B6berg")


def unleashed(addresses, params):
    client = Unleashed(API_KEY, API_ID)
    client.api_url = addresses["unleashed"]
    return client._get_request("Customers", params)


def py_unleashed(addresses, params):
    return PyUnleashed(addresses["unleashed"], API_ID, API_KEY).get("Customers", **params)


def verdict(response):
    """`accepted`, or the code of the diagnosis."""
    diagnosis = response.headers.get("x-countersign-diagnosis")
    if diagnosis:
        return diagnosis.split(";")[0]
    return ACCEPTED if response.status_code == 200 else f"status {response.status_code}"


def main():
    as_sent, decoded = (json.loads(text) for text in sys.argv[1:3])
    plain, encoded = {"pageSize": 20}, {"contactEmail": "anna@example.com", "pageSize": 20}
    cases = [
        ("netvisor-api-client", "FI", netvisor(as_sent, "FI"), ACCEPTED),
        ("netvisor-api-client", "EN", netvisor(as_sent, "EN"), ACCEPTED),
        ("Unleashed", "no query", unleashed(as_sent, None), ACCEPTED),
        ("Unleashed", "plain query", unleashed(as_sent, plain), ACCEPTED),
        ("Unleashed", "encoded query", unleashed(as_sent, encoded), ACCEPTED),
        ("Unleashed", "encoded query, decoded form expected", unleashed(decoded, encoded), "query-not-decoded"),
        ("PyUnleashed", "plain query", py_unleashed(as_sent, plain), ACCEPTED),
        ("PyUnleashed", "encoded query", py_unleashed(as_sent, encoded), "query-decoded"),
        ("PyUnleashed", "encoded query, decoded form expected", py_unleashed(decoded, encoded), ACCEPTED),
    ]
    failures = 0
    for client, case, response, expected in cases:
        found = verdict(response)
        failures += found != expected
        mark = "ok  " if found == expected else "FAIL"
        version = importlib.metadata.version(client)
        print(f"{mark} {client} {version}, {case}: {found}" + ("" if mark == "ok  " else f", not {expected}"))
    sys.exit(failures > 0)


main()

#!/usr/bin/env python3
"""Writes the vectors of kind `derived` that nobody else has published, with Python's own hashlib, hmac and codecs.

`scripts/make-vectors.py` rewrites the files in tests/vectors; `scripts/make-vectors.py --check` compares them and
fails on a difference.
"""

import hashlib
import hmac
import json
import pathlib
import sys

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "vectors"
CHARSET = "iso-8859-15"
BASE = {
    "url": "https://integration.netvisor.fi/customerlist.nv",
    "sender": "TestSender",
    "customerId": "TestCustomerId",
    "partnerId": "TestPartnerId",
    "timestamp": "2024-01-15 12:00:00",
    "language": "FI",
    "organisationId": "TestOrganizationId",
    "transactionId": "transaction123",
    "timestampUnix": 1705312800,
    "customerKey": "TestUserKey",
    "partnerKey": "TestPartnerKey",
}
# Each character alone, in a header, in the URL and in a key, so that a failure says which of them is wrong.
CHARACTERS = {"a-umlaut": "ä", "o-umlaut": "ö", "euro": "€", "s-caron": "Š"}


def netvisor_vector(identifier, algorithm, changes):
    inputs = BASE | changes
    names = ["url", "sender", "customerId", "timestamp", "language", "organisationId", "transactionId"]
    if algorithm == "HMACSHA256":
        names.append("timestampUnix")
    text = "&".join(str(inputs[name]) for name in [*names, "customerKey", "partnerKey"])
    message = text.encode(CHARSET)
    if algorithm == "HMACSHA256":
        key = f"{inputs['customerKey']}&{inputs['partnerKey']}"
        mac = hmac.new(key.encode(CHARSET), message, hashlib.sha256).hexdigest()
    else:
        key, mac = None, hashlib.sha256(message).hexdigest()
    return {
        "id": identifier,
        "source": "scripts/make-vectors.py",
        "kind": "derived",
        "algorithm": algorithm,
        "encoding": CHARSET,
        "inputs": inputs,
        "signed_string": text,
        "signed_hex": message.hex(),
        "hmac_key": key,
        "expected": mac,
        "notes": "Proves the arithmetic and the charset's bytes, not that the vendor's server does the same.",
    }


def netvisor_latin9():
    vectors = []
    for algorithm in ["HMACSHA256", "SHA256"]:
        for name, character in CHARACTERS.items():
            places = {
                "sender": {"sender": f"Oy {character} Ab"},
                "url": {"url": f"{BASE['url']}?keyword={character}"},
                "key": {"customerKey": f"Test{character}Key"},
            }
            for place, changes in places.items():
                vectors.append(netvisor_vector(f"{algorithm.lower()}-{name}-in-{place}", algorithm, changes))
    return {"provider": "Visma Netvisor", "format": "as netvisor.json, in ISO-8859-15", "vectors": vectors}


def length_extension():
    """An honest Netgíró reply, and the forgery that anyone can make from it without the secret."""
    published = json.loads((VECTORS / "netgiro.json").read_text("utf-8"))["vectors"][0]["inputs"]
    secret, nonce, url = published["secret"], "635318618538563999", published["url"]
    honest = b'{"Success":true,"Message":"Success","ResultCode":200}'
    suffix = b'{"Success":false,"ResultCode":400}'
    hashed = (secret + nonce + url).encode() + honest
    # The padding that SHA-256 itself put behind the honest text: 80, zeros to 56 modulo 64, the length in bits.
    glue = b"\x80" + bytes((55 - len(hashed)) % 64) + (8 * len(hashed)).to_bytes(8, "big")
    assert (len(hashed) + len(glue)) % 64 == 0
    forged = honest + glue + suffix
    return {
        "provider": "Netgíró",
        "format": "as netgiro.json; bodies in hex; the forged one can be made from the honest one without the secret",
        "source": "scripts/make-vectors.py",
        "kind": "derived",
        "secret": secret,
        "nonce": nonce,
        "url": url,
        "honest": {"body_hex": honest.hex(), "signature": hashlib.sha256(hashed).hexdigest()},
        "forged": {
            "body_hex": forged.hex(),
            "signature": hashlib.sha256((secret + nonce + url).encode() + forged).hexdigest(),
        },
    }


def main():
    files = {"netvisor_latin9.json": netvisor_latin9(), "netgiro_length_extension.json": length_extension()}
    stale = []
    for name, content in files.items():
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        path = VECTORS / name
        if "--check" not in sys.argv:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
    if stale:
        sys.exit(f"not what the script makes: {', '.join(stale)}")


main()

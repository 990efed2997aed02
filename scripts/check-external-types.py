#!/usr/bin/env python3
"""Checks that the public API names the types of no crates but these.

A crate that is named there cannot be exchanged, nor its major version raised, without breaking those who use this one.
Read from docs/public-api.txt, which check-public-api.sh compares with the program.
"""

import pathlib
import re
import sys

ALLOWED = {
    "axum": "its extractors",
    "axum_core": "its extractors",
    "bytes": "bodies",
    "futures_core": "the stream of pages",
    "http": "requests, headers, URIs",
    "http_body": "bodies of the layer",
    "http_body_util": "bodies of the layer",
    "redis": "connections that a store is made of",
    "reqwest": "requests and replies of the middleware",
    "reqwest_middleware": "the middleware",
    "secrecy": "secrets",
    "serde_core": "what is serialised and read",
    "tower_layer": "the layer",
    "tower_service": "the layer",
    "url": "URLs",
}
# The standard library, and its own names for types.
STANDARD = {"alloc", "core", "std", "i32", "str"}

text = (pathlib.Path(__file__).parents[1] / "docs/public-api.txt").read_text()
# A path begins where no other segment stands in front of it, also after `<` or `&`.
named = set(re.findall(r"(?<![\w:])([a-z_][a-z0-9_]*)::[A-Za-z]", text)) - STANDARD - {"countersign", "crate"}
for crate in sorted(named - ALLOWED.keys()):
    line = next(line for line in text.splitlines() if re.search(rf"(?<![\w:]){crate}::", line))
    print(f"the public API names `{crate}`, which is not allowed: {line}", file=sys.stderr)
for crate in sorted(ALLOWED.keys() - named):
    print(f"nothing in the public API names `{crate}`: take it off the list", file=sys.stderr)
sys.exit(named != ALLOWED.keys())

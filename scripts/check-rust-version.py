#!/usr/bin/env python3
"""Checks that nothing a package of this workspace depends on asks for a newer Rust than the package itself does.

Which functions of the standard library are too new for a package is clippy's to say.
"""

import json
import subprocess
import sys

METADATA = json.loads(
    subprocess.check_output(["cargo", "metadata", "--locked", "--format-version", "1"])
)
PACKAGES = {package["id"]: package for package in METADATA["packages"]}
NEEDS = {
    node["id"]: [needed["pkg"] for needed in node["deps"]] for node in METADATA["resolve"]["nodes"]
}


def version(text):
    return [int(number) for number in (text + ".0.0").split(".")[:3]]


def tree(member):
    """The package and everything that it needs for building and testing."""
    seen, left = set(), [member]
    while left:
        package = left.pop()
        if package not in seen:
            seen.add(package)
            left += NEEDS[package]
    return seen


failed = False
for member in METADATA["workspace_members"]:
    name, ours = PACKAGES[member]["name"], PACKAGES[member]["rust_version"]
    for package in sorted(tree(member)):
        theirs = PACKAGES[package]["rust_version"]
        if theirs and version(theirs) > version(ours):
            needed = f"{PACKAGES[package]['name']} {PACKAGES[package]['version']}"
            print(f"{name} is for Rust {ours}, and {needed} for {theirs}", file=sys.stderr)
            failed = True
sys.exit(failed)

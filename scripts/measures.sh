#!/usr/bin/env bash
# Prints what the house measures: code, features, dependencies, circles, sizes. `--check` fails where a bound is passed.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 scripts/measures.py "$@"

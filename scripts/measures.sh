#!/usr/bin/env bash
# Measures the code base: code, features, dependencies, circles, sizes. `--check` fails if a bound is passed.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 scripts/measures.py "$@"

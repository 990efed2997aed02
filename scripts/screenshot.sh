#!/usr/bin/env bash
# Refreshes docs/inspector.png from the browser test's screenshot. Needs chromium and pngquant (both of Debian).
set -euo pipefail
cd "$(dirname "$0")/.."

CI=true cargo test --locked -p countersign-sandbox --test browser screenshots
mkdir -p docs
pngquant --force --quality 70-95 --speed 1 --strip --output docs/inspector.png \
    "${CARGO_TARGET_DIR:-target}/tmp/inspector-light.png"
[ "$(stat --format %s docs/inspector.png)" -lt 300000 ]

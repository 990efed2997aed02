#!/usr/bin/env bash
# Refreshes docs/inspector*.png from the browser test's screenshots: light, dark and 390 px wide. Needs chromium and pngquant
# (both of Debian).
set -euo pipefail
cd "$(dirname "$0")/.."

CI=true cargo test --locked -p countersign-sandbox --test browser screenshots
mkdir -p docs
for name in light dark 390; do
    target="docs/inspector-$name.png"
    pngquant --force --quality 70-95 --speed 1 --strip --output "$target" \
        "${CARGO_TARGET_DIR:-target}/tmp/inspector-$name.png"
    [ "$(stat --format %s "$target")" -lt 300000 ]
done

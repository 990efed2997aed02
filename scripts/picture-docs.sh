#!/usr/bin/env bash
# Refreshes docs/rustdoc-*.png: the front page and six type pages, as docs.rs builds them. Needs chromium and pngquant (both of
# Debian).
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}/docs.rs
RUSTC_BOOTSTRAP=1 RUSTDOCFLAGS="--cfg docsrs" \
    cargo doc --quiet --locked --no-deps --all-features --package countersign --target-dir "$target"

pages=$(cd "$target/doc/countersign" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for page in index struct.Signer error/struct.Error webhook/struct.Verifier diagnose/struct.Diagnosis declared/struct.Declaration \
    trait.Scheme; do
    name=$(basename "$page" | sed 's/^index$/front-page/; s/^.*\.//' | tr '[:upper:]' '[:lower:]')
    chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$scratch/profile" --hide-scrollbars --window-size=1200,1500 \
        --screenshot="$scratch/$name.png" "file://$pages/$page.html" 2>"$scratch/log" || { cat "$scratch/log"; exit 1; }
    pngquant --force --quality 60-90 --speed 1 --strip --output "docs/rustdoc-$name.png" "$scratch/$name.png"
    [ "$(stat --format %s "docs/rustdoc-$name.png")" -lt 200000 ]
done

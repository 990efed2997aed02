#!/bin/sh
# Compares the public API of the library, all features on, with `docs/public-api.txt`. `--write` writes the file anew:
# the commit's message then says why the API grows.
set -eu
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
# Rustdoc's JSON is not stable yet, which does not matter for a list that is compared as text.
RUSTC_BOOTSTRAP=1 cargo rustdoc --quiet --locked --package countersign --lib --all-features -- \
    -Z unstable-options --output-format json --cap-lints allow
printed=$(cargo run --quiet --locked --manifest-path scripts/public-api/Cargo.toml --target-dir "$target/public-api" \
    -- "$target/doc/countersign.json")
if [ "${1:-}" = --write ]; then
    echo "$printed" >docs/public-api.txt
else
    echo "$printed" | diff docs/public-api.txt -
fi

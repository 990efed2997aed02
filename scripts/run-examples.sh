#!/usr/bin/env bash
# Runs every example, offline, and the tests of the shop. An example fails by its exit status.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked --examples
for source in examples/*.rs; do
    name=$(basename "$source" .rs)
    printf '\n-- %s\n' "$name"
    cargo run --quiet --locked --example "$name"
done

printf '\n-- shop\n'
cargo test --quiet --locked --package shop

#!/usr/bin/env bash
# Runs everything that CI checks, in CI's order: vectors, formatting, the oldest Rust, lints, docs, features, the README's two
# commands, the commands of the docs, every example.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step vectors
scripts/make-vectors.py --check

step formatting
cargo fmt --all --check

step "the oldest Rust: dependencies"
scripts/check-rust-version.py

step clippy
cargo clippy --workspace --all-targets --locked -- -D warnings

step "docs with the default features"
RUSTDOCFLAGS="-D warnings" cargo doc --package countersign --no-deps --locked

step docs
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

step features
scripts/check-features.sh

step "the public API"
scripts/check-public-api.sh

step "the main job: cargo run --example quickstart"
cargo run --locked --example quickstart

step "the tests: cargo test"
cargo test --locked

step "the commands of the docs"
scripts/check-docs.py

step examples
scripts/run-examples.sh

#!/bin/sh
# Checks that features only add. Each feature must compile alone, without warnings, each provider also with each feature that
# works on providers, and the crate without any feature; and no error, verdict, URI or cost may differ because more are on.
# Checks only the library: dev-dependencies switch features on and would hide what is missing.
set -eu
cd "$(dirname "$0")/.."

check() {
    echo "features: ${1:-none}"
    # Clippy, since its flags reach only this crate: RUSTFLAGS would rebuild every dependency.
    cargo clippy --quiet --locked --package countersign --lib --no-default-features --features "$1" -- -D warnings
}

check ""
for feature in middleware diagnose declared rotation webhook tower axum redis redis-tls; do
    check "$feature"
done
for provider in netvisor netgiro unleashed vizion; do
    check "$provider"
    for feature in middleware diagnose rotation webhook; do
        check "$provider,$feature"
    done
done
for plug in tower axum redis; do
    check "vizion,$plug"
done
check default
check netvisor,netgiro,unleashed,vizion
check netvisor,netgiro,unleashed,vizion,diagnose
check declared,diagnose,webhook
check netgiro,unleashed,vizion,axum,redis,diagnose

echo "features: the tool's readers without the tool"
cargo clippy --quiet --locked --package countersign-cli --lib --no-default-features -- -D warnings

# The pure core must depend neither on reqwest nor on what only the middleware needs; receiving must not depend on a framework.
without() {
    tree=$(cargo tree --quiet --locked --package countersign --edges normal --no-default-features --features "$1")
    if echo "$tree" | grep -E " ($2) v"; then
        echo "the crate with the features $1 alone depends on these" >&2
        exit 1
    fi
}
providers=netvisor,netgiro,unleashed,vizion
without "$providers" 'reqwest|reqwest-middleware|tokio|hyper|tracing|httpdate|md-5|sha1'
without "$providers,diagnose,webhook" 'reqwest|reqwest-middleware|tokio|hyper|axum|redis'

# A program prints what is signed, refused and verified; it is built with the default features and with all.
told() { cargo run --quiet --locked --package countersign-features "$@"; }
few=$(mktemp)
trap 'rm -f "$few"' EXIT
told >"$few"
told --features more | diff "$few" - || {
    echo "more features change the output above" >&2
    exit 1
}

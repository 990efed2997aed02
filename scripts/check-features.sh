#!/bin/sh
# Checks that each feature compiles alone, without warnings, and each provider also with each of the features that work
# on providers; and that the crate does without any feature. The library only: dev-dependencies switch features on and
# would hide what is missing.
set -eu
cd "$(dirname "$0")/.."
export RUSTFLAGS="${RUSTFLAGS:-} -D warnings"
# A folder of its own: other flags would otherwise have everything built anew, here and in the next ordinary build.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/check-features"

# The package is named: the other members of the workspace switch features on too.
check() {
    echo "features: ${1:-none}"
    cargo check --quiet --package countersign --lib --no-default-features --features "$1"
}

check ""
for feature in middleware explain webhook tower axum redis; do
    check "$feature"
done
for provider in netvisor netgiro unleashed vizion; do
    check "$provider"
    for feature in middleware explain webhook; do
        check "$provider,$feature"
    done
done
check netvisor,netgiro,unleashed,vizion

# The pure core must not know reqwest, nor what only the middleware and the webhooks need, whichever providers it has.
core=$(cargo tree --quiet --package countersign --edges normal --no-default-features --features netvisor,netgiro,unleashed,vizion)
if echo "$core" | grep -E ' (reqwest|reqwest-middleware|tokio|hyper|tracing|httpdate) v'; then
    echo "the crate without the feature middleware depends on these" >&2
    exit 1
fi

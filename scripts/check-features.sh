#!/bin/sh
# Checks that each provider compiles alone, without warnings: with and without the middleware; and that the crate does
# without any feature. The library only: dev-dependencies switch features on and would hide what is missing.
set -eu
cd "$(dirname "$0")/.."
export RUSTFLAGS="${RUSTFLAGS:-} -D warnings"
# A folder of its own: other flags would otherwise have everything built anew, here and in the next ordinary build.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/check-features"

check() {
    echo "features: ${1:-none}"
    cargo check --quiet --lib --no-default-features --features "$1"
}

check ""
check middleware
for provider in netvisor netgiro unleashed vizion; do
    check "$provider"
    check "$provider,middleware"
done
check netvisor,netgiro,unleashed,vizion

# The pure core must not know reqwest, whichever providers it has.
core=$(cargo tree --quiet --edges normal --no-default-features --features netvisor,netgiro,unleashed,vizion)
if echo "$core" | grep -E ' (reqwest|reqwest-middleware|tokio|hyper) v'; then
    echo "the crate without the feature middleware depends on these" >&2
    exit 1
fi

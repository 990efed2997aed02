#!/bin/sh
# Checks that each provider compiles alone, without warnings: with and without the middleware, explanations and
# webhooks; that each way of receiving webhooks does; and the crate without any feature. The library only: dev-dependencies
# switch features on and would hide what is missing.
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
    check "$provider,explain"
done
check netvisor,netgiro,unleashed,vizion
check netvisor,netgiro,unleashed,vizion,explain

# Receiving: with no provider, with each that has webhooks, then each way of plugging in, alone and all together.
check webhook
for provider in netgiro unleashed vizion; do
    check "$provider,webhook"
done
for plug in tower axum redis; do
    check "vizion,$plug"
done
check netgiro,unleashed,vizion,axum,redis,explain

# The pure core must not know reqwest, whichever providers it has; nor must receiving, before a framework is chosen.
for added in "" ,explain,webhook; do
    core=$(cargo tree --quiet --edges normal --no-default-features --features "netvisor,netgiro,unleashed,vizion$added")
    if echo "$core" | grep -E ' (reqwest|reqwest-middleware|tokio|hyper|axum|redis) v'; then
        echo "the crate without the features middleware, tower, axum and redis depends on these" >&2
        exit 1
    fi
done

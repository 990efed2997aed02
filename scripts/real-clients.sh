#!/usr/bin/env bash
# Checks that the sandbox judges published Python clients as the providers do, that vendors' own libraries verify what the tool
# delivers by a declaration, that clients of several languages get through the proxy, and that the proxy stays small under load.
# Needs python3 and PyPI, curl, node, and php with its curl extension.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
sandboxes=()
trap 'kill "${sandboxes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    netvisor-api-client==0.9.6 Unleashed==0.2.3 PyUnleashed==1.0.6 stripe==16.1.0 requests==2.34.2 line-bot-sdk==3.27.0

cargo build --quiet --locked -p countersign-sandbox --example serve
serve=${CARGO_TARGET_DIR:-target}/debug/examples/serve

# Starts a sandbox for a signed form and waits until it has printed its addresses.
start() {
    "$serve" "$1" >"$work/$1.json" &
    sandboxes+=($!)
    until [ -s "$work/$1.json" ]; do
        kill -0 "${sandboxes[-1]}"
        sleep 0.1
    done
}
start as-sent
start decoded

"$work/venv/bin/python" scripts/real-clients.py "$(cat "$work/as-sent.json")" "$(cat "$work/decoded.json")"

cargo build --quiet --locked -p countersign-cli
"$work/venv/bin/python" scripts/real-verifiers.py "${CARGO_TARGET_DIR:-target}/debug/countersign"
"$work/venv/bin/python" scripts/proxy-clients.py "${CARGO_TARGET_DIR:-target}/debug/countersign"

#!/usr/bin/env bash
# Checks what a release needs beyond scripts/check.sh: see RELEASING.md. Says what cannot be checked on this machine
# (advisories, the oldest Rust, links without a repository); with --strict, that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

strict=${1:-}
case "$strict" in "" | --strict) ;; *) echo "usage: $0 [--strict]" >&2; exit 2 ;; esac
missing=0
step() { printf '\n== %s\n' "$*"; }
not_here() {
    echo "NOT CHECKED: $1"
    missing=1
}
tool() { cargo "$1" --version >/dev/null 2>&1 || cargo install --quiet --locked "cargo-$1"; }

libraries=(countersign countersign-sandbox)
crates=("${libraries[@]}" countersign-cli)
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

step "a clean tree"
[ -z "$(git status --porcelain)" ] || { git status --short; exit 1; }

step "licences, sources, duplicates: cargo deny"
tool deny
cargo deny --locked check --hide-inclusion-graph licenses bans sources

step "advisories: cargo deny"
if cargo deny --locked fetch db >"$scratch/advisories" 2>&1; then
    cargo deny --locked check --hide-inclusion-graph --disable-fetch advisories
else
    tail -n 3 "$scratch/advisories"
    not_here "the advisory data cannot be fetched"
fi

step "the public API, and whose types it names"
scripts/check-public-api.sh
scripts/check-external-types.py

step "semantic versioning: cargo semver-checks"
if [ -n "$(git tag --list 'v*')" ]; then
    tool semver-checks
    cargo semver-checks "${libraries[@]/#/--package=}" --baseline-rev "$(git describe --tags --abbrev=0 --match 'v*')"
elif [ "$(grep -c '^## \[' CHANGELOG.md)" -gt 1 ]; then
    not_here "there are releases, but not their tags: git fetch --tags"
else
    echo "this is the first release: there is none to compare with"
fi

step "the oldest Rust"
oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
if rustup run "$oldest" cargo --version >/dev/null 2>&1 || rustup toolchain install --profile minimal "$oldest" >"$scratch/rustup" 2>&1; then
    CARGO_TARGET_DIR=$target/oldest rustup run "$oldest" cargo check --locked --all-features "${crates[@]/#/--package=}"
else
    tail -n 1 "$scratch/rustup"
    not_here "Rust $oldest cannot be installed"
fi
scripts/check-rust-version.py

step "the lowest versions that each dependency is declared with"
git archive --prefix=lowest/ HEAD | tar -x -C "$scratch"
(
    cd "$scratch/lowest"
    # Cargo's own flag for this is not stable yet.
    RUSTC_BOOTSTRAP=1 cargo update --quiet -Z direct-minimal-versions
    CARGO_TARGET_DIR=$target/lowest cargo check --quiet --all-features "${crates[@]/#/--package=}"
)

step "docs as docs.rs builds them"
RUSTC_BOOTSTRAP=1 RUSTDOCFLAGS="--cfg docsrs -D warnings" \
    cargo doc --locked --no-deps --all-features "${libraries[@]/#/--package=}" --target-dir "$target/docs.rs"

step "links of the READMEs on crates.io"
[ "$(grep -l '^repository\.workspace = true' Cargo.toml sandbox/Cargo.toml cli/Cargo.toml | wc -l)" -eq 3 ] ||
    not_here "a package names no repository, which its relative links on crates.io start from"

step "packages: built from what would be published"
cargo package --locked "${crates[@]/#/--package=}"

step "packages: unpacked beside each other, and tested"
# The packages as crates.io would serve them: each finds the others there.
{
    echo '[workspace]'
    echo 'resolver = "3"'
    echo 'members = ["*"]'
    # Without its levels of optimisation the tests take ten times as long.
    sed -n '/^\[profile/,/^\[lints/{/^\[lints/d;p}' Cargo.toml
    echo '[patch.crates-io]'
} >"$scratch/Cargo.toml"
rm -rf "$scratch/lowest"
for crate in "${crates[@]}"; do
    tar -xf "$(ls -t "$target/package/$crate"-[0-9]*.crate | head -n 1)" -C "$scratch"
    mv "$scratch/$crate"-[0-9]* "$scratch/$crate"
    echo "$crate = { path = \"$crate\" }" >>"$scratch/Cargo.toml"
done
cp Cargo.lock "$scratch"
# Examples and guides start the sandbox, on which the published package does not depend.
(
    cd "$scratch"
    CARGO_TARGET_DIR=$target/unpacked cargo test --workspace --all-features --lib --bins \
        --test allocations --test declared --test environment --test vectors
)

step done
[ "$missing" -eq 0 ] || echo "not everything could be checked here, see NOT CHECKED above"
[ "$strict" != --strict ] || exit "$missing"

//! What the README says in numbers, names and tables.

use std::collections::BTreeSet;

use countersign::netgiro::Netgiro;
use countersign::netvisor::Netvisor;
use countersign::unleashed::Unleashed;
use countersign::vizion::Vizion;

const README: &str = include_str!("../../README.md");
/// The pages that say what to depend on.
const PAGES: [&str; 5] = [
    README,
    include_str!("../../docs/webhooks.md"),
    include_str!("../../docs/find-out-why.md"),
    include_str!("../../docs/retries.md"),
    include_str!("../../docs/testing.md"),
];
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// What stands between back-ticks in a text.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_table_of_features_is_that_of_the_manifest() {
    let (mut declared, mut by_default) = (BTreeSet::new(), BTreeSet::new());
    let features = MANIFEST.split_once("\n[features]\n").unwrap().1.split("\n[").next().unwrap();
    for (name, needs) in features.lines().filter_map(|line| line.split_once(" = ")) {
        if name == "default" {
            by_default.extend(needs.split('"').skip(1).step_by(2));
        } else {
            declared.insert(name);
        }
    }
    let rows = README.split_once("\n## Features\n").unwrap().1.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        Some((format!("`{}", cells.next()?), cells.next()?.trim().to_owned()))
    });
    let (mut listed, mut listed_default) = (BTreeSet::new(), BTreeSet::new());
    for (names, default) in rows {
        let names: BTreeSet<String> = quoted(&names).into_iter().map(str::to_owned).collect();
        assert!(matches!(&*default, "yes" | "no"), "{names:?}: {default}");
        if default == "yes" {
            listed_default.extend(names.clone());
        }
        listed.extend(names);
    }
    assert!(listed.iter().eq(&declared), "{listed:?} {declared:?}");
    assert!(listed_default.iter().eq(&by_default), "{listed_default:?} {by_default:?}");
}

#[test]
fn the_table_of_variables_is_what_from_env_asks_for() {
    let none = |_: &str| None;
    for (provider, error) in [
        ("Netvisor", Netvisor::from_variables(none).map(drop)),
        ("Netgíró", Netgiro::from_variables(none).map(drop)),
        ("Unleashed", Unleashed::from_variables(none).map(drop)),
        ("Vizion", Vizion::from_variables(none).map(drop)),
    ] {
        let row = format!("| {provider} | `");
        let row = README.lines().find(|line| line.starts_with(&row)).unwrap();
        let (required, optional) = row.split_once("; optional ").unwrap_or((row, ""));
        let listed: Vec<_> = required.split('`').skip(1).step_by(2).collect();
        let message = error.unwrap_err().to_string();
        assert!(message.ends_with(&format!("not set: {}", listed.join(", "))), "{message}: {listed:?}");
        assert_eq!(optional.contains("`NETVISOR_LANGUAGE` (`FI`, `SE`, `EN`)"), provider == "Netvisor");
    }
}

#[test]
fn the_numbers_are_right() {
    let rust = MANIFEST.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    assert!(README.contains(&format!("Rust {} or newer", rust.trim_matches('"'))), "{rust}");
    let example = include_str!("../../examples/custom_provider.rs");
    assert!(README.contains("`examples/custom_provider.rs`, 70 lines") && example.lines().count() <= 70);
}

/// The names that a manifest gives a version, each with it.
fn versions(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    manifest.lines().filter_map(|line| {
        let (name, value) = line.split_once(" = ")?;
        Some((name, value.split('"').find(|text| text.starts_with(|first: char| first.is_ascii_digit()))?))
    })
}

#[test]
fn the_versions_to_depend_on_are_those_of_the_manifest() {
    let pages = PAGES.iter().flat_map(|page| page.split("```toml\n").skip(1));
    let blocks = pages.map(|block| block.split("```").next().unwrap());
    let mut compared = 0;
    for (name, wanted) in blocks.flat_map(versions) {
        let key = if name.starts_with("countersign") { "version" } else { name };
        let declared: Vec<&str> =
            versions(MANIFEST).filter(|(name, _)| *name == key).map(|(_, version)| version).collect();
        let is_of_it = |version: &&str| format!("{version}.").starts_with(&format!("{wanted}."));
        assert!(!declared.is_empty() && declared.iter().all(is_of_it), "{name}: {wanted}, not {declared:?}");
        compared += 1;
    }
    assert!(compared >= 9, "{compared}");
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<_> = ["README.md", "CONTRIBUTING.md", "THREAT_MODEL.md", "BENCHMARKING.md"]
        .map(|name| root.join(name))
        .into();
    pages.extend(["cli/README.md", "sandbox/README.md"].map(|name| root.join(name)));
    let guides = root.join("docs").read_dir().unwrap().map(|entry| entry.unwrap().path());
    pages.extend(guides.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    let mut checked = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            if link.is_empty() || link.contains("://") {
                continue;
            }
            assert!(page.parent().unwrap().join(link).exists(), "{}: {link}", page.display());
            checked += 1;
        }
    }
    assert!(checked >= 20, "{checked}");
}

//! What the pages say in numbers, names, tables and links.

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
const FRONT_PAGE: &str = include_str!("../../docs/front-page.md");
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
    let rows = FRONT_PAGE.split_once("\n# Features\n").unwrap().1.lines().filter_map(|line| {
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

    // "About twenty lines": what a declaration has beside its comments and its example message.
    let declarations = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("declarations");
    let files =
        declarations.read_dir().unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let mut lines: Vec<usize> = files
        .map(|text| {
            text.split("[[vector]]")
                .next()
                .unwrap()
                .lines()
                .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
                .count()
        })
        .collect();
    lines.sort_unstable();
    assert!((12..=25).contains(&lines[lines.len() / 2]), "{lines:?}");
}

/// What the pages say in numbers, each with the folder of the source that makes it so, and the line there.
const NUMBERS: [(&str, &str, &str, &str); 21] = {
    const WEBHOOKS: &str = "docs/webhooks.md";
    const PROXY: &str = "docs/proxy.md";
    const TOOL: &str = "cli/README.md";
    [
        (
            "README.md",
            "allows 10 s to connect",
            "src/middleware",
            "CONNECT_TIMEOUT: Duration = Duration::from_secs(10)",
        ),
        (
            "README.md",
            "360 s, the vendor's minimum",
            "src/netvisor",
            "DEFAULT_TIMEOUT: Duration = Duration::from_secs(360)",
        ),
        (
            "README.md",
            "After 60 s the waiting call fails",
            "src/netvisor",
            "PATIENCE: Duration = Duration::from_secs(60)",
        ),
        (
            PROXY,
            "waited for 60 s is answered 503",
            "src/netvisor",
            "PATIENCE: Duration = Duration::from_secs(60)",
        ),
        (
            PROXY,
            "TimeoutStopSec=6min",
            "src/netvisor",
            "DEFAULT_TIMEOUT: Duration = Duration::from_secs(360)",
        ),
        (
            PROXY,
            "stop_grace_period: 6m",
            "src/netvisor",
            "DEFAULT_TIMEOUT: Duration = Duration::from_secs(360)",
        ),
        (
            PROXY,
            "terminationGracePeriodSeconds: 360",
            "src/netvisor",
            "DEFAULT_TIMEOUT: Duration = Duration::from_secs(360)",
        ),
        (
            WEBHOOKS,
            "at most 5 minutes old, at most 60 seconds in the future",
            "src/webhook",
            "Self::new(Duration::from_secs(5 * 60), Duration::from_secs(60))",
        ),
        (WEBHOOKS, "Up to three secrets", "src/webhook", "MOST_UNDER_ONE_ID: usize = 3"),
        (
            PROXY,
            "at most 10 MiB",
            "cli/src/proxy",
            "BODY_LIMIT: usize = countersign::netgiro::DEFAULT_REPLY_LIMIT",
        ),
        (PROXY, "at most 10 MiB", "src/netgiro", "DEFAULT_REPLY_LIMIT: usize = 10 * 1024 * 1024"),
        (PROXY, "at the file every 5 s", "src/rotation", "PAUSE: Duration = Duration::from_secs(5)"),
        (PROXY, "less than a second ago", "src/rotation", "QUIET: Duration = Duration::from_secs(1)"),
        (PROXY, "It has 30 s", "src/rotation", "PATIENCE: Duration = Duration::from_secs(30)"),
        (PROXY, "at most 64 KiB", "src/rotation", "LIMIT: usize = 64 * 1024"),
        (
            PROXY,
            "at most once a minute",
            "src/rotation",
            "BETWEEN_FORCED: Duration = Duration::from_secs(60)",
        ),
        ("docs/first-contact.md", "at most 8 requests", "cli/src/commands/doctor", "MOST: usize = 8"),
        (TOOL, "at most 64 MiB and 128 headers", "cli/src/capture", "LONGEST: usize = 64 << 20"),
        (TOOL, "at most 64 MiB and 128 headers", "cli/src/capture", "MOST_HEADERS: usize = 128"),
        (TOOL, "more than 1 MiB shows its progress", "cli/src/commands/send", "LONG: u64 = 1024 * 1024"),
        (
            "sandbox/README.md",
            "within 10 minutes",
            "sandbox/src/netvisor",
            "time_window: Some(Duration::from_secs(600))",
        ),
    ]
};

/// All text below a folder.
fn source(folder: &std::path::Path) -> String {
    let paths = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| if path.is_dir() { source(&path) } else { std::fs::read_to_string(path).unwrap() })
        .collect()
}

#[test]
fn a_number_that_a_page_promises_is_that_of_the_source() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (page, said, folder, constant) in NUMBERS {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        assert!(
            text.split_whitespace().collect::<Vec<_>>().join(" ").contains(said),
            "{page} does not say {said:?}"
        );
        assert!(source(&root.join(folder)).contains(constant), "{said:?}: {folder} has no {constant:?}");
    }
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

/// The examples of the README compile here with the features of this manifest.
#[test]
fn the_features_to_depend_on_are_those_of_the_manifest() {
    let features = |text: &'static str| {
        let line = text.lines().rfind(|line| line.starts_with("reqwest-middleware = "))?;
        line.split_once("features = ").map(|(_, features)| features)
    };
    assert!(features(README).is_some());
    assert_eq!(features(README), features(MANIFEST));
}

#[test]
fn every_example_is_named_on_a_page() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = README.to_owned();
    for entry in root.join("docs").read_dir().unwrap().map(|entry| entry.unwrap().path()) {
        if entry.extension().is_some_and(|extension| extension == "md") {
            pages += &std::fs::read_to_string(entry).unwrap();
        }
    }
    let examples = root.join("examples").read_dir().unwrap().map(|entry| entry.unwrap().path());
    let names: Vec<_> =
        examples.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert!(names.len() >= 15, "{names:?}");
    for name in names {
        let is_named = [format!("--example {name}`"), format!("examples/{name}")]
            .iter()
            .any(|said| pages.contains(said));
        assert!(is_named, "no page names the example {name}");
    }
}

/// The names that a page's headings have in links.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings =
        page.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#'));
    let name = |heading: &str| {
        let letters =
            heading.trim().chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-'));
        letters.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(name).collect()
}

#[test]
fn every_link_to_a_file_or_heading_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let names =
        ["README.md", "CONTRIBUTING.md", "THREAT_MODEL.md", "BENCHMARKING.md", "SECURITY.md", "RELEASING.md"];
    let mut pages: Vec<_> = names.map(|name| root.join(name)).into();
    pages.extend(
        ["cli/README.md", "sandbox/README.md", "examples/shop/README.md"].map(|name| root.join(name)),
    );
    let guides = root.join("docs").read_dir().unwrap().map(|entry| entry.unwrap().path());
    pages.extend(guides.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    let mut checked = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            if link.contains("://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link}", page.display());
            if !heading.is_empty() {
                let target = std::fs::read_to_string(target).unwrap();
                assert!(anchors(&target).contains(heading), "{}: {link}", page.display());
            }
            checked += 1;
        }
    }
    assert!(checked >= 50, "{checked}");
}

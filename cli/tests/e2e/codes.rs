//! `codes`: what the program lists, and that `docs/codes.md` lists the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{run, tool};

const TABLES: &str = include_str!("../../../docs/codes.md");

/// The rows of the table under a heading, by code.
fn table(heading: &str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let section = TABLES.split_once(&format!("\n## {heading}\n")).unwrap().1.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    let rows: Vec<_> = rows.map(|row| row.split_once("` | ").unwrap()).collect();
    assert!(rows.is_sorted_by(|one, next| one.0 < next.0), "{heading}: not in the order of the alphabet");
    rows.into_iter().map(|(code, cells)| (code, cells.split(" | ").collect())).collect()
}

/// What the program lists of one sort, with one cell for each code.
fn listed<'l>(all: &'l Value, sort: &str, cell: &str) -> BTreeMap<&'l str, BTreeSet<&'l str>> {
    let mut listed: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for one in all[sort].as_array().unwrap() {
        listed.entry(one["code"].as_str().unwrap()).or_default().insert(one[cell].as_str().unwrap());
    }
    listed
}

#[test]
fn the_tables_of_the_documentation_are_what_the_program_lists() {
    let all = run(tool().args(["codes", "--json"])).json();
    for (heading, sort, cell) in [
        ("Errors", "errors", "kind"),
        ("Diagnoses", "diagnoses", "sentence"),
        ("Warnings of declarations", "warnings", "sentence"),
        ("The tool", "tool", "sentence"),
    ] {
        let (listed, table) = (listed(&all, sort, cell), table(heading));
        let in_table = table.iter().map(|(code, cells)| (*code, BTreeSet::from([cells[0]])));
        let in_table: BTreeMap<_, _> = in_table.collect();
        for (code, cells) in &listed {
            assert_eq!(in_table.get(code), Some(cells), "docs/codes.md, {heading}: {code}");
        }
        let stale: Vec<_> = in_table.keys().filter(|code| !listed.contains_key(*code)).collect();
        assert!(stale.is_empty(), "docs/codes.md, {heading}: the program has no {stale:?}");
    }
}

#[test]
fn each_error_has_a_message_and_a_next_step() {
    let all = run(tool().args(["codes", "--json"])).json();
    for error in all["errors"].as_array().unwrap() {
        let [message, next_step] = ["message", "next_step"].map(|cell| error[cell].as_str().unwrap());
        assert!(!message.is_empty() && next_step.ends_with('.'), "{error}");
        assert!(["none", "unknown"].contains(&error["effect"].as_str().unwrap()), "{error}");
    }
}

#[test]
fn the_list_has_a_line_for_each() {
    let printed = run(tool().arg("codes"));
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    for code in ["origin-not-allowed", "webhook-replayed", "invalid-redis-url", "md5", "no-stamp", "usage"] {
        assert!(printed.stdout.lines().any(|line| line.split(' ').next() == Some(code)), "{code}");
    }
}

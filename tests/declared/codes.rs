//! `docs/codes.md` lists the warnings of declarations.

use std::collections::BTreeSet;

const TABLES: &str = include_str!("../../docs/codes.md");

#[test]
fn the_table_of_warnings_is_that_of_the_source() {
    let source = include_str!("../../src/declared/check.rs");
    let codes = source.split("warn(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let codes: BTreeSet<_> = codes.collect();
    let section =
        TABLES.split_once("\n## Warnings of declarations\n").unwrap().1.split("\n## ").next().unwrap();
    let listed = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: Vec<_> = listed.collect();
    assert!(listed.is_sorted());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), codes);
}

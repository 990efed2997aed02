//! Every table of the documents renders as one.

use std::fs;
use std::path::Path;

/// The columns of a row, not counting a `|` within back-ticks.
fn columns(row: &str) -> usize {
    row.split('`').step_by(2).map(|text| text.matches('|').count()).sum::<usize>() - 1
}

fn is_rule(row: &str) -> bool {
    row.starts_with("|-") && row.chars().all(|character| "|-:".contains(character))
}

/// Checks one document; returns how many tables it has.
fn check(document: &Path) -> usize {
    let text = fs::read_to_string(document).unwrap();
    let mut tables = 0;
    // What stands between fences is no Markdown.
    for text in text.split("```").step_by(2) {
        let lines: Vec<&str> = text.lines().collect();
        for table in lines.chunk_by(|one, next| one.starts_with('|') == next.starts_with('|')) {
            if table[0].starts_with('|') {
                let place = format!("{}: {}", document.display(), table[0]);
                assert!(table.len() > 2 && is_rule(table[1]), "no rule under the first row: {place}");
                for row in table {
                    assert_eq!(columns(row), columns(table[0]), "{place}: {row}");
                }
                tables += 1;
            }
        }
    }
    tables
}

#[test]
fn each_table_has_a_rule_under_its_first_row_and_one_width() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tables = 0;
    for folder in ["", "docs", "cli", "sandbox", "tests/vectors"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                tables += check(&path);
            }
        }
    }
    assert!(tables >= 10, "{tables}");
}

//! The tables of codes in `docs/codes.md` are those of the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const TABLES: &str = include_str!("../../docs/codes.md");

/// The text of every source file of the library, one after the other.
fn source() -> String {
    fn read(folder: &Path, source: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, source);
            } else {
                source.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut source = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
    source
}

/// What stands between `start` and the next `end`, wherever there is a `start`.
fn between<'t>(text: &'t str, start: &'t str, end: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(start).skip(1).map(move |rest| rest.split(end).next().unwrap())
}

/// The string literals of a piece of source, without those of attributes.
fn literals(source: &str) -> impl Iterator<Item = &str> {
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("#["));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2))
}

/// Each code of an error, with the one class that its type has.
fn errors(source: &str) -> BTreeMap<String, &str> {
    let mut errors = BTreeMap::new();
    // Those of declarations are rows of a table: a kind, its class, its code.
    for row in between(source, "\nfaults! {\n", "\n}\n").flat_map(str::lines) {
        if let [_, class, code, ..] = *row.split_whitespace().collect::<Vec<_>>()
            && let Some(code) = code.strip_prefix('"')
            && row.starts_with("    ")
            && !row.starts_with("     ")
        {
            errors.insert(code.trim_end_matches('"').to_owned(), class);
        }
    }
    for fault in between(source, "\nimpl Fault for ", "\n}\n").filter(|fault| !fault.starts_with("Declared "))
    {
        let method = |name| between(fault, name, "\n    }").next().unwrap();
        let class = method("fn class(");
        let mut classes = between(class, "Class::", "\n");
        let (Some(class), None) = (classes.next(), classes.next()) else {
            panic!("a type of faults has one class, so that its codes do: {fault}");
        };
        let before = errors.len();
        errors.extend(literals(method("fn code(")).map(|code| (code.to_owned(), class)));
        assert!(errors.len() > before, "no code was found in the source of this fault: {fault}");
    }
    errors
}

/// The source with the names of codes that are constants replaced by their values.
fn with_constants(source: &str) -> String {
    let constants = between(source, " const ", ";").filter_map(|constant| constant.split_once(": &str = "));
    constants.fold(source.to_owned(), |source, (name, value)| {
        source.replace(&format!(" code: {name},"), &format!(" code: {value},"))
    })
}

/// Each code of a diagnosis, with its sentence.
fn diagnoses(source: &str) -> BTreeMap<String, String> {
    let source = &*with_constants(source);
    let mistakes = between(source, " code: \"", " fix:");
    let conclusions = between(source, " Conclusion(\n    \"", ");");
    let conclusions = conclusions.chain(between(source, " Conclusion(\"", ");"));
    let pieces = mistakes.chain(conclusions).map(|piece| {
        let mut literals = piece.split('"').step_by(2);
        let (code, sentence) = (literals.next().unwrap(), literals.next().unwrap());
        (code.to_owned(), sentence.split("\\\n").map(str::trim_start).collect())
    });
    pieces.collect()
}

/// The rows of the table under a heading, by code.
fn table(heading: &'static str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let section = between(TABLES, heading, "\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    let rows: Vec<_> = rows.map(|row| row.split_once("` | ").unwrap()).collect();
    assert!(rows.is_sorted_by(|one, next| one.0 < next.0), "{heading}: not in the order of the alphabet");
    rows.into_iter().map(|(code, cells)| (code, cells.split(" | ").collect())).collect()
}

/// Fails with what is missing on either side.
fn compare<T, U>(what: &str, source: &BTreeMap<String, T>, listed: &BTreeMap<&str, U>) {
    let missing: Vec<_> = source.keys().filter(|code| !listed.contains_key(&***code)).collect();
    assert!(missing.is_empty(), "docs/codes.md lacks a row under {what} for {missing:#?}");
    let stale: Vec<_> = listed.keys().filter(|code| !source.contains_key(**code)).collect();
    assert!(stale.is_empty(), "docs/codes.md has rows under {what} for {stale:#?}, which no source file has");
}

#[test]
fn the_table_of_errors_is_that_of_the_source() {
    let source = source();
    let (errors, listed) = (errors(&source), table("\n## Errors\n"));
    compare("Errors", &errors, &listed);
    for (code, cells) in listed {
        assert_eq!(cells.len(), 3, "{code}");
        assert!(errors[code].eq_ignore_ascii_case(cells[0]), "{code}: {}", errors[code]);
    }
}

#[test]
fn the_table_of_diagnoses_is_that_of_the_source() {
    let source = source();
    let (diagnoses, listed) = (diagnoses(&source), table("\n## Diagnoses\n"));
    compare("Diagnoses", &diagnoses, &listed);
    for (code, cells) in listed {
        assert_eq!(cells, [&*diagnoses[code]], "{code}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_command_for_a_fingerprint_makes_it() {
    let command = between(TABLES, "```sh\n", "\n```").next().unwrap();
    for secret in ["key", "a \"$key\" %s\\0 ä"] {
        let made =
            std::process::Command::new("sh").args(["-c", command]).env("SECRET", secret).output().unwrap();
        let expected = countersign::explain::Fingerprint::of(secret.as_bytes());
        assert_eq!(String::from_utf8(made.stdout).unwrap(), format!("{expected}\n"));
    }
}

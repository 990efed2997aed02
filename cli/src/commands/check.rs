//! `check`: whether declarations make and verify their own vectors.

use std::path::{Path, PathBuf};

use clap::Args;
use countersign::declared::{Declaration, Outcome, Report};
use countersign::redact::printable;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Context;
use crate::declaration::DeclarationFile;
use crate::failure::Failure;
use crate::output;

/// Make and verify each vector of a declaration, and say what its signature covers
///
/// Each vector is made byte for byte, verified, and must be refused with one bit of its signature flipped. A part of
/// the message counts as covered if a good message is refused after that part was changed. `docs/declarations.md` says
/// how to write a file.
#[derive(Args)]
#[command(after_long_help = "\
Exit codes: 1 a vector fails, 2 a file is refused.

Examples:
  countersign check acme.toml
  countersign check declarations/*.toml --json")]
pub(crate) struct CheckArgs {
    /// The declarations
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// The report on one file, as `--json` prints it.
#[derive(Serialize)]
struct Checked<'a> {
    file: &'a str,
    name: &'a str,
    vectors: Vec<CheckedVector>,
    warnings: Vec<CheckedWarning<'a>>,
    covers: Map<String, Value>,
}

#[derive(Serialize)]
struct CheckedVector {
    source: String,
    made: bool,
    verified: bool,
    tampered_refused: bool,
}

#[derive(Serialize)]
struct CheckedWarning<'a> {
    code: &'a str,
    line: usize,
}

/// Checks all files; the exit code is that of the worst.
pub(crate) fn run(args: &CheckArgs, context: &Context) -> Result<(), Failure> {
    let (mut refused, mut is_good) = (None, true);
    for file in &args.files {
        match DeclarationFile::read(file, &[]).map(|file| file.declaration) {
            Ok(declaration) => is_good &= report(file, &declaration, context.json)?,
            Err(failure) => {
                if let Some(earlier) = refused.replace(failure) {
                    output::failure(&earlier, context.json);
                }
            }
        }
    }
    match refused {
        Some(failure) => Err(failure),
        None if is_good => Ok(()),
        None => Err(Failure::refused_as_printed()),
    }
}

/// Prints the report, and returns whether all vectors hold.
fn report(file: &Path, declaration: &Declaration, json: bool) -> Result<bool, Failure> {
    let Report { vectors, covers, .. } = declaration.check();
    let is_good = vectors.iter().all(holds);
    let file = file.display().to_string();
    if json {
        let vector = |vector: &Outcome| CheckedVector {
            source: vector.source.clone(),
            made: vector.made,
            verified: vector.verified,
            tampered_refused: vector.tampered_refused,
        };
        output::json(&Checked {
            file: &file,
            name: declaration.name(),
            vectors: vectors.iter().map(vector).collect(),
            warnings: declaration
                .warnings()
                .iter()
                .map(|one| CheckedWarning { code: one.code, line: one.line })
                .collect(),
            covers: covers
                .iter()
                .map(|(part, covered)| ((*part).to_owned(), Value::from(*covered)))
                .collect(),
        })?;
        return Ok(is_good);
    }
    output::line(&printable(&format!("{file}: {}", declaration.name())))?;
    for vector in &vectors {
        let mark = if holds(vector) { "ok    " } else { "FAILED" };
        output::line(&format!("  {mark} line {}: {}", vector.line, printable(&vector.source)))?;
        if !holds(vector) {
            let said = |is_so: bool| if is_so { "yes" } else { "no" };
            let [made, verified, refused] = [vector.made, vector.verified, vector.tampered_refused].map(said);
            output::line(&format!(
                "         made: {made}; verified: {verified}; refused when tampered with: {refused}"
            ))?;
        }
        for why in &vector.why {
            output::line(&format!("         {}", printable(why)))?;
        }
    }
    if vectors.is_empty() {
        output::line("  no vectors: nothing proves this file")?;
    }
    for warning in declaration.warnings() {
        let (line, message, code) = (warning.line, printable(&warning.message), warning.code);
        output::line(&format!("  warning: line {line}: {message} [{code}]"))?;
    }
    let covers = covers.iter().map(|(part, covered)| match covered {
        Some(true) => format!("{part} yes"),
        Some(false) => format!("{part} no"),
        None => format!("{part} -"),
    });
    output::line(&format!("  covers: {}", covers.collect::<Vec<_>>().join(", ")))?;
    Ok(is_good)
}

fn holds(vector: &Outcome) -> bool {
    vector.made && vector.verified && vector.tampered_refused
}

//! `codes`: all codes that the library and the tool have.

use clap::{Args, ValueEnum as _};
use serde_json::json;

use super::Context;
use crate::code::Code;
use crate::failure::Failure;
use crate::output;

/// Print all codes of errors, diagnoses, declarations' warnings and of the tool itself
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  countersign codes | grep webhook-
  countersign codes --json")]
pub(crate) struct CodesArgs {}

pub(crate) fn run(_: &CodesArgs, context: &Context) -> Result<(), Failure> {
    let errors = countersign::codes::errors();
    let tool = Code::value_variants().iter().map(|code| (code.name().to_owned(), code.sentence()));
    let others: [(&str, Vec<(String, String)>); 3] = [
        ("diagnoses", owned(countersign::codes::diagnoses())),
        ("warnings", owned(countersign::codes::warnings())),
        ("tool", tool.collect()),
    ];
    if context.json {
        let errors = errors.map(|(code, message)| {
            json!({
                "code": code.name,
                "kind": code.kind.to_string(),
                "effect": code.effect.to_string(),
                "message": message,
                "next_step": code.next_step,
            })
        });
        let mut all = serde_json::Map::from_iter([("errors".to_owned(), errors.collect())]);
        all.extend(others.map(|(what, codes)| {
            let codes = codes.iter().map(|(code, sentence)| json!({ "code": code, "sentence": sentence }));
            (what.to_owned(), codes.collect())
        }));
        return output::json(&all);
    }
    for (code, message) in errors {
        output::line(&format!("{:36} {:13} {message}", code.name, code.kind))?;
    }
    for (what, codes) in others {
        for (code, sentence) in codes {
            output::line(&format!("{code:36} {what:13} {sentence}"))?;
        }
    }
    Ok(())
}

fn owned<'c>(codes: impl Iterator<Item = (&'c str, &'c str)>) -> Vec<(String, String)> {
    codes.map(|(code, sentence)| (code.to_owned(), sentence.to_owned())).collect()
}

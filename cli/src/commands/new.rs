//! `new`: a declaration to begin with.

use clap::Args;
use countersign::declared::Declaration;

use super::Context;
use crate::failure::Failure;
use crate::output;

/// Print a commented declaration to begin with
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  countersign new acme > acme.toml
  countersign check acme.toml")]
pub(crate) struct NewArgs {
    /// The provider's name: lower-case letters, digits and hyphens
    name: String,
}

/// The printed file, before the name is put in.
const FILE: &str = include_str!("new.toml");

pub(crate) fn run(args: &NewArgs, context: &Context) -> Result<(), Failure> {
    let variable = args.name.replace('-', "_").to_ascii_uppercase();
    // Checked before it is printed: an invalid name could be any text.
    let file = FILE.replace("ACME", &variable).replace("\"acme\"", &format!("\"{}\"", args.name));
    let declaration = Declaration::from_toml(&file)?;
    if context.json {
        return output::json(&serde_json::json!({ "name": declaration.name(), "file": file }));
    }
    output::raw(file.as_bytes())
}

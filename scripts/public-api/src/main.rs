//! Prints the public API of a crate from rustdoc's JSON: one item a line, each once, in the first place that has it.
//!
//! For an implementation of a trait, prints only the line `impl Trait for Type`: the trait says the rest. For `impl Type`,
//! prints only the members, whose paths name the type. Omits implementations that can be derived, whether they are or not.

use std::collections::HashSet;

use serde_json::Value;

const DERIVABLE: [&str; 4] = ["::Clone", "::Debug", "::Default", "::PartialEq"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("the path of rustdoc's JSON is missing")?;
    let rustdoc: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
    let implements = |id: u32| !rustdoc["index"][id.to_string()]["inner"]["impl"]["trait"].is_null();
    let api = public_api::Builder::from_rustdoc_json(path)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    let is_said_elsewhere = |line: &str| match line.strip_prefix("impl") {
        Some(line) => {
            line.split_once(" for ").is_none_or(|(of, _)| DERIVABLE.iter().any(|name| of.ends_with(name)))
        }
        None => false,
    };
    let mut printed = HashSet::new();
    for item in api.items().filter(|item| !item.parent_id().is_some_and(|parent| implements(parent.0))) {
        let line = item.to_string();
        if !is_said_elsewhere(&line) && printed.insert(line.clone()) {
            println!("{line}");
        }
    }
    Ok(())
}

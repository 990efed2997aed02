//! Real schemes, each with the vectors that are known of it: `tests/vectors/schemes.json` says where each is from.

use std::fmt::Write as _;
use std::path::Path;

use countersign::declared::{Declaration, Report};
use serde_json::Value;

pub(crate) fn vectors() -> Vec<Value> {
    let text = include_str!("../vectors/schemes.json");
    let all: Value = serde_json::from_str(text).unwrap();
    all["vectors"].as_array().unwrap().clone()
}

/// The text of the file that declares a vector's scheme.
pub(crate) fn file(vector: &Value) -> String {
    let name = vector["file"].as_str().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/declared/schemes");
    std::fs::read_to_string(folder.join(name).with_extension("toml")).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A vector as a file has it, with the names that its declaration knows.
fn as_toml(vector: &Value, declaration: &Declaration) -> String {
    let mut toml = format!("[[vector]]\nsource = {}\n", Value::from(text(&vector["source"])));
    let request = &vector["request"];
    for (key, names) in [
        ("credentials", declaration.credentials().map(|(name, _)| name).collect::<Vec<_>>()),
        ("stamp", declaration.stamps().collect()),
    ] {
        let given = names.iter().map(|name| format!("{name} = {}", Value::from(text(&vector[key][name]))));
        writeln!(toml, "{key} = {{ {} }}", given.collect::<Vec<_>>().join(", ")).unwrap();
    }
    for key in ["method", "url"] {
        writeln!(toml, "{key} = {}", request[key]).unwrap();
    }
    let body = request["body"].as_str().unwrap_or_default();
    writeln!(toml, "body = {}", Value::from(body)).unwrap();
    let headers = request["headers"].as_object().unwrap();
    let headers = headers.iter().map(|(name, value)| format!("{name} = {value}"));
    writeln!(toml, "headers = {{ {} }}", headers.collect::<Vec<_>>().join(", ")).unwrap();
    toml
}

fn report(vector: &Value) -> Report {
    let file = file(vector);
    let declaration =
        Declaration::from_toml(&file).unwrap_or_else(|error| panic!("{}: {error}", vector["id"]));
    let file = format!("{file}\n{}", as_toml(vector, &declaration));
    Declaration::from_toml(&file).unwrap_or_else(|error| panic!("{}: {error}\n{file}", vector["id"])).check()
}

#[test]
fn every_vector_is_made_and_verified_and_refused_with_one_bit_flipped() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 166);
    let mut wrong = Vec::new();
    for vector in &vectors {
        let outcome = &report(vector).vectors[0];
        if !(outcome.made && outcome.verified && outcome.tampered_refused) {
            wrong.push(format!("{} {outcome:?}", vector["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} of 166: {wrong:#?}", wrong.len());
}

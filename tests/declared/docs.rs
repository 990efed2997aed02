//! `docs/declarations.md` has the whole vocabulary, and examples that run.

use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use countersign::RequestRef;
use countersign::declared::Declaration;
use countersign::random::OsRandomness;
use http::Request;

use crate::messages::text;

const PAGE: &str = include_str!("../../docs/declarations.md");

/// What the page leaves out of its examples.
const HEAD: &str = r#"
name = "acme"
origins = ["https://api.acme.example"]
[credentials]
key = "id"
secret = "secret"
"#;

/// The examples, each a whole file.
fn examples() -> Vec<String> {
    let blocks = PAGE.split("\n```toml\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    blocks
        .map(
            |block| {
                if block.contains("name = \"paytrail\"") { block.into() } else { format!("{HEAD}{block}\n") }
            },
        )
        .collect()
}

/// The request of the page, or one with a form.
fn request(example: &str) -> Request<Vec<u8>> {
    let request = Request::post("https://api.acme.example/v1/pay?b=2&a=x%20y").header("x-request-id", "r-1");
    let is_form = example.contains("[send.form]") || example.contains("\"form\"]");
    let (media_type, body) = if is_form {
        ("application/x-www-form-urlencoded", "amount=1.50&to=Ann")
    } else {
        ("application/json", r#"{"amount":1.50,"to":{"name":"Ann"}}"#)
    };
    request.header("content-type", media_type).body(body.into()).unwrap()
}

#[test]
fn each_example_of_the_page_signs_what_it_says_and_verifies_it() {
    let examples = examples();
    assert!(examples.len() > 12);
    let mut texts = 0;
    for example in &examples {
        let declaration =
            Declaration::from_toml(example).unwrap_or_else(|error| panic!("{error}\n{example}"));
        let credential = |name: &str| if name == "secret" { "YW4gZXhhbXBsZSBzZWNyZXQ=" } else { "k-1" };
        let signer = declaration.with_credentials(|name| Some(credential(name).into())).unwrap();
        let scheme = signer.scheme();
        let clock = || UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let stamps = scheme.draw(&clock, &OsRandomness).unwrap();
        let mut request = request(example);
        let text = text(&scheme, &stamps, &request);
        let said = example.lines().find_map(|line| line.strip_prefix("# text: "));
        if let Some(said) = said {
            texts += 1;
            let said: String = serde_json::from_str(said).unwrap();
            assert_eq!(text, said, "{example}");
        }
        scheme.sign_http(&mut request, &stamps).unwrap_or_else(|error| panic!("{error}\n{example}"));
        let request = RequestRef::from_http(&request).unwrap();
        scheme.verify(&request).unwrap_or_else(|error| panic!("{error}\n{example}"));
        for vector in declaration.check().vectors {
            assert!(vector.made && vector.verified && vector.tampered_refused, "{vector:?}\n{example}");
        }
    }
    assert!(texts >= 7);
}

/// The words in the first column of all tables, and in headings and the text behind a mark.
fn said(section: &str) -> BTreeSet<String> {
    let section = PAGE.split_once(&format!("\n{section}\n")).unwrap_or_else(|| panic!("{section}")).1;
    let rows = section.split("\n## ").next().unwrap().lines().filter_map(|line| line.strip_prefix("| "));
    let words = rows.flat_map(|row| {
        let row = row.replace("\\|", "");
        let first = row.split('|').next().unwrap().to_owned();
        first.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    });
    words.collect()
}

/// The words that a refusal says are known.
fn known(old: &str, new: &str) -> BTreeSet<String> {
    const GOOD: &str = r#"
[webhook]
tolerance = "5m"
[stamp]
time = { format = "unix" }
[let]
list = { pairs = ["query"], sort = "name", encode = "percent" }
headers = { headers = ["host"] }
object = { json = { a = 1 } }
either = [{ methods = ["GET"], text = "" }]
signature = { text = "{time}{body}", mac = "sha256", as = "hex" }
[send.header]
x-time = "{time}"
x-signature = "{signature}"
[[vector]]
source = "none"
credentials = { key = "k", secret = "s" }
stamp = { time = "1" }
method = "GET"
url = "https://localhost/"
"#;
    let file = format!("{HEAD}{GOOD}");
    assert!(file.contains(old), "{old}");
    let message = Declaration::from_toml(&file.replacen(old, new, 1)).unwrap_err().to_string();
    let words =
        message.rsplit("expected one of ").next().unwrap().rsplit("expected a filter: ").next().unwrap();
    words.split(", ").map(str::to_owned).collect()
}

/// The words of all tables' first columns in a part of the page, less those that stand for others.
#[track_caller]
fn agree(section: &str, known: &[BTreeSet<String>]) {
    let known: BTreeSet<String> = known.iter().flatten().cloned().collect();
    assert_eq!(said(section), known, "{section}");
}

fn words(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn the_page_has_the_words_that_the_program_knows() {
    let with_argument = |filter: &String| match &**filter {
        "first:" => "first:N".to_owned(),
        filter if filter.ends_with(':') => format!("{filter}X"),
        filter => filter.to_owned(),
    };
    let own = words(&["key", "secret", "time", "list", "headers", "object", "either"]);
    let sources = &known("{body}", "{boddy}") - &own;
    let filters = known("{body}", "{body|rot13}").iter().map(with_argument).collect();
    agree("## Templates", &[sources, filters, words(&["VALUE.names"])]);

    let formats = known("format = \"unix\"", "format = \"epoch\"");
    let formats = formats.into_iter().filter(|format| !format.contains('%')).collect();
    agree("## Stamps", &[formats, words(&["%Y%m%dT%H%M%SZ"])]);

    let step = known("as = \"hex\"", "az = \"hex\"");
    agree("## Values of `[let]`", &[&step - &words(&["join"])]);
    let list = known("sort = ", "sorted = ");
    agree("## Lists of pairs and headers", &[&list - &step, words(&["join"])]);

    agree("## Vectors", &[known("source = ", "origin = \"\"\nsource = ")]);
    for (old, new) in [
        ("{ pairs = [\"query\"], sort", "{ pairs = [\"queries\"], sort"),
        ("sort = \"name\"", "sort = \"names\""),
        ("encode = \"percent\"", "encode = \"percents\""),
        ("mac = \"sha256\"", "mac = \"sha3\""),
        ("as = \"hex\"", "as = \"octal\""),
        ("json = { a = 1 }", "json = { a = 1 }, merged = true"),
        ("methods = [\"GET\"]", "method = \"GET\""),
        ("format = \"unix\"", "format = \"unix\", offset = \"1\""),
        ("tolerance = ", "tolerances = "),
        ("[send.header]", "[send.headers]"),
        ("[stamp]", "[reply]\nsome = true\n[stamp]"),
        ("[webhook]", "[webhooks]"),
    ] {
        for word in known(old, new) {
            let is_there = ["`", "\n", "[", "[[", ".", "\"", "{ ", ", ", " "].iter().any(|before| {
                ["`", "]", "]]", "\"", ".", " ="]
                    .iter()
                    .any(|after| PAGE.contains(&format!("{before}{word}{after}")))
            });
            assert!(is_there, "{word}, known in place of {new}");
        }
    }
}

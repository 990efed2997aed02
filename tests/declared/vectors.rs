//! Vectors: what is said of one that is right, and of one that is not.

use countersign::declared::Declaration;

use crate::messages::{LISTED, header, post, scheme, signed};

/// A file with a vector: a POST of `body` that has this signature.
fn proved(file: &str, url: &str, signature: &str) -> String {
    format!(
        "{file}\n[[vector]]\nsource = \"made up\"\ncredentials = {{ secret = \"s\" }}\nstamp = {{ time = \"5\" }}\n\
         method = \"POST\"\nurl = \"{url}\"\nheaders = {{ x-signature = \"{signature}\" }}\nbody = \"body\"\n"
    )
}

#[test]
fn a_vector_that_is_not_what_the_file_makes_is_told() {
    let good = signed(&scheme(LISTED, &[("secret", "s")]), &[("time", "5")], post("https://h/", "body"));
    let vector = |signature: &str| {
        let file = proved(LISTED, "https://h/", signature);
        let line = file.lines().position(|line| line == "[[vector]]").unwrap() + 1;
        let report = Declaration::from_toml(&file).unwrap().check();
        let outcome = &report.vectors[0];
        assert_eq!((&*outcome.source, outcome.line), ("made up", line));
        assert!(outcome.tampered_refused);
        assert_eq!(outcome.why.iter().any(|why| why.starts_with("signed: ")), !outcome.why.is_empty());
        ((outcome.made, outcome.verified), report.covers)
    };
    let (outcome, covers) = vector(header(&good, "x-signature"));
    assert_eq!(outcome, (true, true));
    let expected = [
        ("method", false),
        ("host", false),
        ("path", false),
        ("query", false),
        ("body", true),
        ("time", true),
    ];
    assert!(covers.iter().map(|(part, covered)| (*part, covered.unwrap())).eq(expected), "{covers:?}");
    let (outcome, _) = vector(&header(&good, "x-signature").replace(",", ", "));
    assert_eq!(outcome, (false, true), "it verifies, and is not made like this");
    let (outcome, covers) = vector(&header(&good, "x-signature").replace("t=5", "t=6"));
    assert_eq!(outcome, (false, false));
    assert!(covers.iter().all(|(_, covered)| covered.is_none()));
}

#[test]
fn a_vector_shows_its_message_and_what_its_signature_leaves_out() {
    let file = LISTED.replace("{time}.{body}", "{path}");
    let url = "https://h/p";
    let good = signed(&scheme(&file, &[("secret", "s")]), &[("time", "5")], post(url, "body"));
    let file = proved(&file, url, header(&good, "x-signature"));
    let declaration = Declaration::from_toml(&file).unwrap();
    let [vector] = declaration.vectors() else { panic!("one vector") };
    assert_eq!((vector.source(), vector.message().uri().to_string()), ("made up", url.to_owned()));
    assert_eq!(vector.message().body(), b"body");
    assert!(format!("{vector:?}").contains("made up"));
    let covers: Vec<_> =
        declaration.check().covers.into_iter().filter(|(_, covered)| *covered == Some(true)).collect();
    assert_eq!(covers, [("path", Some(true))]);
}

#[test]
fn a_vector_has_a_body_of_bytes_and_the_reply_to_it() {
    let file = LISTED.replace("[send.header]", "[reply]\nsame = true\n[send.header]");
    let signer = scheme(&file, &[("secret", "s")]);
    let signature = |time: &str, body: &[u8]| {
        let mut message = post("https://h/", "");
        *message.body_mut() = body.to_vec();
        header(&signed(&signer, &[("time", time)], message), "x-signature").to_owned()
    };
    let outcome = |of_request: &str, of_reply: &str, body: &str| {
        let vector = format!(
            "\n[[vector]]\nsource = \"made up\"\ncredentials = {{ secret = \"s\" }}\nstamp = {{ time = \"5\" }}\n\
             method = \"POST\"\nurl = \"https://h/\"\nheaders = {{ x-signature = \"{of_request}\" }}\nbody-base64 = \"AP8=\"\n\
             [vector.reply]\nstatus = 201\nstamp = {{ time = \"6\" }}\nheaders = {{ x-signature = \"{of_reply}\" }}\nbody = \"{body}\"\n"
        );
        let report = Declaration::from_toml(&format!("{file}{vector}")).unwrap().check();
        let outcome = &report.vectors[0];
        (outcome.made, outcome.verified, outcome.tampered_refused)
    };
    let (request, reply) = (signature("5", &[0, 0xff]), signature("6", b"done"));
    assert_eq!(outcome(&request, &reply, "done"), (true, true, true));
    assert_eq!(outcome(&request, &reply, "other"), (false, false, true), "the reply is of another body");
    assert_eq!(outcome(&reply, &reply, "done"), (false, false, true));
    assert_eq!(outcome(&request, &request, "done"), (false, false, true), "our own request, sent back");
}

#[test]
fn a_signed_member_that_is_there_twice_is_refused_of_what_was_received() {
    for (name, once, twice) in [("json.a", r#"{"a":1}"#, r#"{"a":1,"a":2}"#), ("form.a", "a=1", "a=1&a=2")] {
        let file = LISTED.replace("{body}", &format!("{{{name}}}"));
        let scheme = scheme(&file, &[("secret", "s")]);
        for (body, expected) in [(once, Ok(())), (twice, Err("declared-duplicate"))] {
            let message = signed(&scheme, &[("time", "5")], post("https://h/", body));
            assert_eq!(crate::messages::verified(&scheme, &message), expected, "{body}");
        }
    }
}

#[test]
fn lists_are_sorted_by_value_and_taken_from_within_json() {
    let file = LISTED
        .replace("[let]", "[let]\nvalues = { pairs = [], add = { a = \"{time}\", b = \"{secret}\", c = \"1\" }, sort = \"value\", each = \"{value}\", join = \"|\" }\nwithin = { pairs = [\"json.a.0\"], sort = \"name\" }")
        .replace("{body}", "{values}.{within}");
    let scheme = scheme(&file, &[("secret", "s")]);
    let message = signed(&scheme, &[("time", "5")], post("https://h/", r#"{"a":[{"y":2,"x":1}]}"#));
    let mut mac = countersign::signing::MacKey::hmac_sha256(b"s", countersign::signing::Encoding::HexLower)
        .unwrap()
        .start();
    mac.update(b"5.1|5|s.x=1&y=2");
    assert!(header(&message, "x-signature").ends_with(&mac.finish().expose_text()));
}

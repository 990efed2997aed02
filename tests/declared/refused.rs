//! What is refused when a file is read, and what is warned of: each with its line.

use countersign::declared::Declaration;
use countersign::fault::Kind;

/// A file that is good, for others to differ from.
const GOOD: &str = r#"
name = "acme"
origins = ["https://api.acme.example"]

[credentials]
account = "id"
secret = "secret"

[stamp]
time = "unix"

[let]
signature = { text = "{time}.{method} {target}.{body}", mac = "sha256", as = "hex" }

[send.header]
x-account = "{account}"
x-time = "{time}"
x-signature = "{signature}"
"#;

/// The good file with one text exchanged.
fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1)
}

/// The number of the first line that has this text, from 1.
#[track_caller]
fn line(file: &str, of: &str) -> usize {
    file.lines().position(|line| line.contains(of)).expect(of) + 1
}

/// Reads a file that must be refused: with this code, of this line, naming this.
#[track_caller]
fn refused(file: &str, code: &str, line_of: &str, names: &str) {
    let error = Declaration::from_toml(file).expect_err(file);
    let line = line(file, line_of);
    let message = error.to_string();
    assert_eq!(error.code(), code, "{message}");
    assert!(message.starts_with(&format!("line {line}: ")), "{message} is of line {line}, {line_of}");
    assert!(message.contains(names), "{message}: {names}");
    assert!(error.kind() == Kind::Configuration && !error.next_step().is_empty());
}

#[test]
fn the_good_file_is_read_without_a_warning() {
    let declaration = Declaration::from_toml(GOOD).unwrap();
    assert_eq!((declaration.name(), declaration.warnings()), ("acme", &[][..]));
    assert!(declaration.scope().origins().eq(["https://api.acme.example"]));
}

#[test]
fn what_is_no_toml_or_has_a_key_or_type_of_another_kind_is_refused() {
    let code = "declaration-malformed";
    refused(&with("[send.header]", "[send.header"), code, "[send.header", "`[send.header`");
    refused(&with("name = \"acme\"", ""), code, "", "`name` is missing");
    for (old, new) in [
        ("name = ", "nam = "),
        ("[stamp]", "[stamps]"),
        ("[let]", "[lets]"),
        ("[credentials]", "[credential]"),
    ] {
        refused(&with(old, new), code, new, "expected one of name, origins, credentials, stamp, let, send");
    }
    refused(&with("as = \"hex\"", "az = \"hex\""), code, "az =", "as");
    refused(&with("origins", "orgins"), code, "orgins", "origins");
    refused(&with("\"{time}\"", "5"), code, "x-time", "a text in quotes is expected, not a TOML integer");
    refused(&with("[let]\n", "[let]\nj = { json = { a = 0x10 } }\n"), code, "j =", "a text, a number");
    refused(&with("[stamp]", "[[stamp]]"), code, "stamp", "a table is expected");
    refused(&with("{target}.", "{target."), "declaration-unknown-name", "signature =", "target.{body");
    refused(&with("{body}\"", "{body\""), code, "signature =", "a brace lacks its pair");
    refused(&with("{body}\"", "body}\""), code, "signature =", "a brace lacks its pair");
    refused(
        &with("mac = \"sha256\"", "mac = \"sha256\", hash = \"sha256\""),
        code,
        "mac =",
        "either `hash`, or `mac`",
    );
    refused(
        &with("text = ", "pairs = [\"form\"], text = "),
        code,
        "text =",
        "one of text, pairs, headers and json",
    );
    refused(&with("x-time", "'x time'"), code, "x time", "a header is named here");
    refused(&with("account = \"id\"", "\"my account\" = \"id\""), code, "my account", "begins with a letter");
}

#[test]
fn names_that_are_not_known_are_refused_with_those_that_are() {
    let code = "declaration-unknown-name";
    refused(&with("{body}", "{boddy}"), code, "signature =", "expected one of method, scheme");
    refused(&with("{body}", "{body|rot13}"), code, "signature =", "`rot13`");
    refused(&with("mac = \"sha256\"", "mac = \"sha3\""), code, "sha3", "expected one of md5, sha1, sha256");
    refused(&with("as = \"hex\"", "as = \"base32\""), code, "base32", "base64url");
    refused(&with("\"unix\"", "\"epoch\""), code, "epoch", "unix-ms");
    refused(&with("\"secret\"\n", "\"password\"\n"), code, "password", "expected one of id, secret");
    refused(&with("{body}", "{name}"), code, "signature =", "`name`");
    refused(&with("{body}", "{value}"), code, "signature =", "`value`");
    refused(&with("{body}", "{status}"), code, "signature =", "`status`");
}

#[test]
fn an_algorithm_with_a_public_key_is_out_of_scope_and_said_to_be() {
    for name in ["rsa-sha256", "RS256", "es256", "ed25519", "ecdsa", "EdDSA"] {
        refused(
            &with("mac = \"sha256\"", &format!("mac = \"{name}\"")),
            "declaration-asymmetric",
            name,
            "out of scope",
        );
    }
}

#[test]
fn a_name_that_means_something_else_is_refused() {
    let code = "declaration-name-taken";
    refused(
        &with("time = \"unix\"", "time = \"unix\"\naccount = \"uuid\""),
        code,
        "account = \"uuid\"",
        "account",
    );
    refused(&with("account = \"id\"", "body = \"id\""), code, "body = \"id\"", "body");
    refused(&with("signature = {", "time = \"x\"\nsignature = {"), code, "time = \"x\"", "time");
    for name in ["netvisor", "netgiro", "unleashed", "vizion"] {
        refused(&with("acme", name), "declaration-name", "name =", "built in");
    }
    for name in ["", "Acme", "9a", "a_b", "a b", "ä", "-a", &"a".repeat(41)] {
        refused(&with("\"acme\"", &format!("\"{name}\"")), "declaration-name", "name =", "1 to 40");
    }
}

#[test]
fn an_origin_is_https_or_loopback() {
    for origin in
        ["http://api.acme.example", "ftp://h", "api.acme.example", "https://h/path", "https://*.example", ""]
    {
        let file = with("https://api.acme.example", origin);
        refused(&file, "declaration-origin", "origins", "https://host");
    }
    for origin in ["http://127.0.0.1:8080", "http://localhost", "https://h:8443"] {
        Declaration::from_toml(&with("https://api.acme.example", origin)).unwrap();
    }
}

#[test]
fn a_step_is_used_only_once_it_is_made() {
    let code = "declaration-step-order";
    refused(&with("{body}\"", "{signature}\""), code, "signature =", "signature");
    let file = with("[let]\n", "[let]\none = \"{two}\"\ntwo = \"x\"\n");
    refused(&file, code, "one =", "`two`");
    refused(&with("{body}\"", "{header.x-signature}\""), code, "signature =", "header.x-signature");
    refused(&with("\"{account}\"", "\"{header.x-time}\""), code, "x-account", "header.x-time");
    Declaration::from_toml(&with("{body}\"", "{body}{header.x-time}\"")).unwrap();
}

#[test]
fn a_file_without_a_signature_is_refused() {
    let code = "declaration-no-signature";
    refused(&with("signature = {", "sign = {").replace("{signature}", "{sign}"), code, "[let]", "missing");
    refused(&with("mac = \"sha256\", ", ""), code, "signature =", "`mac` or `hash`");
    refused(&with(", as = \"hex\"", ""), code, "signature =", "`as`");
    refused(&with("x-signature = \"{signature}\"\n", ""), code, "signature =", "[send]");
    refused(&with("mac = ", "hash = "), code, "signature =", "a secret");
    refused(
        &with("mac = \"sha256\"", "mac = \"sha256\", key = \"{account}\""),
        code,
        "signature =",
        "a secret",
    );
    refused(&with("\"{signature}\"", "\"{signature|first:15}\""), code, "x-signature", "16 characters");
    let token = with("[send.header]", "token = \"{signature|first:8}\"\n\n[send.header]");
    refused(&token.replace("= \"{signature}\"", "= \"{token}\""), code, "token =", "16 characters");
    Declaration::from_toml(&with("\"{signature}\"", "\"{signature|first:16}\"")).unwrap();
}

#[test]
fn a_name_is_placed_once() {
    let code = "declaration-placed-twice";
    refused(&with("x-time = ", "X-Account = \"{account}\"\nx-time = "), code, "X-Account", "X-Account");
    let file = format!("{GOOD}\n[send.default]\nx-account = \"a\"\n");
    refused(&file, code, "x-account = \"a\"", "x-account");
}

#[test]
fn what_could_not_be_read_back_is_refused() {
    let code = "declaration-unreadable";
    refused(&with("\"{account}\"", "\"{account}{time}\""), code, "x-account", "account}{time");
    refused(
        &with("\"{account}\"", "{ text = [\"a={account}\", \"{time}\"], join = \",\" }"),
        code,
        "x-account",
        "label",
    );
    refused(
        &with("\"{account}\"", "{ text = [\"a={account}\", \"a={time}\"], join = \",\" }"),
        code,
        "x-account",
        "label",
    );
    let reply = format!("{GOOD}[reply]\nsame = true\n[reply.send.header]\nx-time = \"{{time}}\"\n");
    refused(&reply, "declaration-malformed", "[reply]", "a reply has either `same = true`, or");
    assert_eq!(warnings(&with("\"{account}\"", "{ text = [\"{account}\"], join = \",\" }")), []);
    let step =
        with("[send.header]", "both = { text = \"{account}{time}\", as = \"base64\" }\n\n[send.header]");
    refused(&step.replace("\"{account}\"\n", "\"{both}\"\n"), code, "both =", "account}{time");
}

#[test]
fn a_stamp_that_is_signed_and_not_placed_is_refused() {
    let code = "declaration-stamp-unplaced";
    refused(&with("x-time = \"{time}\"\n", ""), code, "time = \"unix\"", "`time`");
    refused(&with("\"{time}\"", "\"{time|sha256|hex}\""), code, "time = \"unix\"", "`time`");
    refused(
        &with("x-time = \"{time}\"", "\n[send.default]\nx-time = \"{time}\"\n\n[send.header]")
            .replacen("[send.header]", "[send.json]", 1)
            .replacen("x-account = \"{account}\"\n", "", 1),
        code,
        "time = \"unix\"",
        "`time`",
    );
    for filters in ["hex", "base64url|percent", "before:t=", "form"] {
        Declaration::from_toml(&with("\"{time}\"", &format!("\"{{time|{filters}}}\""))).unwrap();
    }
}

#[test]
fn a_secret_is_never_placed_whatever_stands_between() {
    let code = "declaration-secret-placed";
    let secrets = [
        "{secret}",
        "a{secret}b",
        "{secret|hex|base64|percent|first:3}",
        "{secret|cut:x|or:y}",
        "{hidden}",
        "{hidden|base64}",
        "{object}",
        "{listed}",
        "{either}",
        "{joined}",
        "{key}",
        "{alias}",
    ];
    let steps = r#"[let]
hidden = "x{secret}"
object = { json = { a = { b = "{hidden}" } }, as = "base64" }
listed = { pairs = ["query"], add = { token = "{secret}" } }
either = [{ methods = ["PUT"], text = "{secret}" }, "x"]
joined = { text = ["{account}", "{secret|lower}"], join = "," }
key = { text = "{time}", mac = "sha256", key = "{secret}", as = "hex" }
alias = "{key}"
"#;
    let file = with("[let]\n", steps)
        .replace("as = \"hex\" }\n\n[send", "key = \"{alias}\", as = \"hex\" }\n\n[send");
    Declaration::from_toml(&file).unwrap();
    for placed in secrets {
        let header = file.replace("\"{account}\"\n", &format!("\"{placed}\"\n"));
        refused(&header, code, "x-account", "place an id");
        for place in ["query", "form", "json", "default"] {
            refused(&format!("{file}\n[send.{place}]\nleak = \"{placed}\"\n"), code, "leak", "place an id");
        }
    }
}

#[test]
fn a_key_is_named_and_not_empty() {
    let code = "declaration-key-empty";
    refused(&with("mac = \"sha256\"", "mac = \"sha256\", key = \"\""), code, "signature =", "key");
    refused(
        &with("secret = \"secret\"\n", "secret = \"secret\"\nother = \"secret\"\n"),
        code,
        "signature =",
        "key",
    );
    refused(&with("secret = \"secret\"\n", ""), code, "signature =", "key");
}

#[test]
fn webhooks_need_what_tells_a_fresh_one_from_an_old_one() {
    let webhook = |text: &str| with("\n[credentials]", &format!("webhook = {{ {text} }}\n\n[credentials]"));
    let code = "declaration-webhook";
    refused(&webhook("tolerance = \"5 minutes\""), code, "webhook", "like 5m");
    refused(&webhook("remember = \"1d\""), code, "webhook", "`tolerance` where");
    refused(&webhook(""), code, "webhook", "`tolerance` where");
    let file = webhook("tolerance = \"5m\"").replace("\"unix\"", "\"uuid\"");
    refused(&file, code, "webhook", "`tolerance` where");
    Declaration::from_toml(&webhook("tolerance = \"5m\"")).unwrap();
}

#[test]
fn a_vector_has_all_that_its_message_needs() {
    let vector = r#"
[[vector]]
source = "made up"
credentials = { account = "a", secret = "s" }
stamp = { time = "1" }
method = "GET"
url = "https://api.acme.example/a"
"#;
    let file = |old: &str, new: &str| format!("{GOOD}{}", vector.replace(old, new));
    Declaration::from_toml(&file("", "")).unwrap();
    let code = "declaration-vector";
    refused(&file("account = \"a\", ", ""), code, "[[vector]]", "`account` is missing");
    refused(&file("time = \"1\"", "tim = \"1\""), code, "tim =", "expected one of time");
    refused(&file("time = \"1\"", ""), code, "[[vector]]", "`time` is missing");
    for url in ["/a", "https://API.acme.example/a", "https://api.acme.example/../a"] {
        refused(&file("https://api.acme.example/a", url), code, "url =", "an absolute URL");
    }
    let with = |text: &str| file("method =", &format!("{text}\nmethod ="));
    refused(&with("body-base64 = \"*\""), code, "body-base64", "no base64");
    refused(&with("body = \"\"\nbody-base64 = \"\""), code, "body-base64", "either");
    refused(&with("reply = { stamp = { time = \"1\" } }"), code, "reply", "no [reply]");
    let replied = |text: &str| with(text).replace("[[vector]]", "[reply]\nsame = true\n[[vector]]");
    Declaration::from_toml(&replied("reply = { stamp = { time = \"1\" } }")).unwrap();
    for status in ["20", "\"200\"", "1000"] {
        let reply = format!("reply = {{ status = {status}, stamp = {{ time = \"1\" }} }}");
        refused(&replied(&reply), code, "status", "number like 200");
    }
    refused(&replied("reply = { body = \"\" }"), code, "reply = {", "`time` is missing");
    refused(
        &file("source = \"made up\"\n", ""),
        "declaration-malformed",
        "[[vector]]",
        "`source` is missing",
    );
}

#[test]
fn nothing_in_a_file_is_without_bound() {
    let code = "declaration-too-large";
    let filled = |length: usize| format!("{GOOD}#{}", "x".repeat(length - GOOD.len() - 1));
    assert!(Declaration::from_toml(&filled(256 * 1024)).is_ok());
    assert_eq!(Declaration::from_toml(&filled(256 * 1024 + 1)).unwrap_err().code(), code);
    let many: String = (0..65).map(|n| format!("s{n} = \"x\"\n")).collect();
    refused(&with("[let]\n", &format!("[let]\n{many}")), code, "s61 =", "64 at most");
    let many: String = (0..65).map(|n| format!("x-{n} = \"x\"\n")).collect();
    refused(&format!("{GOOD}{many}"), code, "x-61 =", "64 at most");
    refused(&with("{body}", &"{body}.".repeat(40)), code, "signature =", "64 at most");
    refused(&with("{body}", "{body|hex|hex|hex|hex|hex|hex|hex|hex|hex}"), code, "signature =", "8 at most");
    let nested = format!("{GOOD}x = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(Declaration::from_toml(&nested).unwrap_err().code(), "declaration-malformed");
}

/// The codes of a file's warnings, with their lines.
fn warnings(file: &str) -> Vec<(&'static str, usize)> {
    let declaration = Declaration::from_toml(file).unwrap_or_else(|error| panic!("{error}"));
    declaration.warnings().iter().map(|warning| (warning.code, warning.line)).collect()
}

#[test]
fn what_is_weak_is_warned_of() {
    for (old, new, code, of) in [
        ("{target}.{body}", "{target}{body}", "border-can-move", "signature ="),
        ("mac = \"sha256\"", "mac = \"sha1\"", "weak-hash", "signature ="),
        ("mac = \"sha256\"", "mac = \"md5\"", "weak-hash", "signature ="),
        (".{body}", ".", "body-not-covered", "signature ="),
        ("{time}.", "", "stamp-not-signed", "time ="),
        ("\"{account}\"\n", "\"{secret|sha256|hex}\"\n", "secret-digest-placed", "x-account"),
    ] {
        let file = with(old, new);
        assert_eq!(warnings(&file), [(code, line(&file, of))], "{new}");
    }
    let plain = with("text = \"", "text = \"{secret}.").replace("mac =", "hash =");
    assert_eq!(warnings(&plain), [("extendable", line(&plain, "signature ="))]);
    let closed = plain.replace("{body}\"", "{body}.{secret}\"");
    assert_eq!(warnings(&closed), []);
    let members = with("[let]\n", "[let]\nmembers = { pairs = [\"json\"] }\n").replace("{body}", "{members}");
    assert_eq!(warnings(&members), [("json-reserialised", line(&members, "members ="))]);
    let timeless =
        with("[stamp]\ntime = \"unix\"\n", "").replace("x-time = \"{time}\"\n", "").replace("{time}.", "");
    assert_eq!(warnings(&timeless), [("no-stamp", line(&timeless, "signature ="))]);
    let token = with("[let]\n", "[let]\ntoken = { json = { key = \"{secret}\" } }\n")
        .replace("\"{account}\"\n", "\"{token|sha256|hex}\"\n");
    assert_eq!(warnings(&token), [("secret-digest-placed", line(&token, "x-account"))]);
    let merged = with("[let]\n", "[let]\nmerged = { json = { a = \"1\" }, merge = true }\n")
        .replace("{body}", "{merged}");
    assert_eq!(warnings(&merged), [("json-reserialised", line(&merged, "merged ="))]);
    for unharmed in [
        with("[let]\n", "[let]\nfields = { pairs = [\"form\"] }\n").replace("{body}", "{fields}"),
        with("text = \"", "text = \"{secret}."),
    ] {
        assert_eq!(warnings(&unharmed), [], "{unharmed}");
    }
}

#[test]
fn a_stamp_is_signed_where_the_text_has_the_part_that_it_is_placed_in() {
    let listed =
        with("[let]\n", "[let]\nlisted = { headers = [\"x-t*\"] }\n").replace("{time}.", "{listed}.");
    let in_query =
        with("x-time = \"{time}\"\n", "").replace("{time}.", "{query.ts}.").replace("{target}", "{path}")
            + "[send.query]\nts = \"{time}\"\n";
    for file in [listed, with("{time}.", "{header.x-time}."), in_query] {
        assert_eq!(warnings(&file), [], "{file}");
    }
    // What is made later than the signature is not in its text, though a list has its name.
    let late = "\nlate = { text = \"{time}\", hash = \"sha256\", as = \"hex\" }\n\n[send.header]\nx-late = \"{late}\"";
    let late = with("\n\n[send.header]", late)
        .replace("[let]\n", "[let]\nlisted = { headers = [\"x-late\"] }\n")
        .replace("{time}.", "{listed}.");
    assert_eq!(warnings(&late), [("stamp-not-signed", line(&late, "time ="))], "{late}");
}

#[test]
fn a_border_is_warned_of_only_if_it_can_move() {
    let moves = |format: &str, text: &str| {
        let file = with("{time}.{method} {target}.{body}", text).replace("\"unix\"", format);
        let warnings = Declaration::from_toml(&file).unwrap().warnings().to_vec();
        warnings.into_iter().find(|warning| warning.code == "border-can-move").map(|warning| warning.message)
    };
    for text in ["{time}{method}{target}.{body}", "{time}{target}.{body}", "{body|sha256|hex}{target}"] {
        assert_eq!(moves("\"unix\"", text), None, "{text}");
    }
    assert_eq!(moves("\"iso\"", "{time}{body}"), None, "a time of one form ends where it ends");
    let message = moves("\"unix\"", "{time}{body|lower}").unwrap();
    assert!(message.starts_with("`time}{body`: "), "{message}");
}

#[test]
fn a_message_of_a_refusal_is_short_and_holds_no_control_characters() {
    let file = with("{body}", &format!("{{\\u001b[31m{}}}", "x".repeat(3000)));
    let message = Declaration::from_toml(&file).unwrap_err().to_string();
    assert!(message.len() < 500 && !message.contains('\u{1b}'), "{message}");
}

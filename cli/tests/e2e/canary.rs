//! No secret in any output: plain, hex, base64 or percent-encoded.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::support::{RunningSandbox, run, run_with_input, tool};

/// What must not be printed, in every variable that holds a secret.
const CANARIES: [(&str, &str); 7] = [
    ("NETVISOR_CUSTOMER_KEY", "canary/cust+omer=1"),
    ("NETVISOR_PARTNER_KEY", "canary/part+ner=2"),
    ("NETGIRO_SECRET_KEY", "canary/net+giro=3"),
    ("UNLEASHED_API_KEY", "canary/unlea+shed=4"),
    ("VIZION_API_KEY", "canary/viz+ion=5"),
    ("UNLEASHED_WEBHOOK_KEY", "canary/unlea+shed=6"),
    ("VIZION_WEBHOOK_KEYS", "hmac-key-1=canary/viz+ion=7,hmac-key-2=canary/viz+ion=8"),
];

const OTHERS: [(&str, &str); 7] = [
    ("NETVISOR_SENDER", "Acme"),
    ("NETVISOR_CUSTOMER_ID", "FI_1"),
    ("NETVISOR_PARTNER_ID", "Acm_1"),
    ("NETVISOR_ORGANISATION_ID", "1234567-8"),
    ("NETGIRO_APP_KEY", "app-key"),
    ("UNLEASHED_API_ID", "api-id"),
    ("UNLEASHED_CLIENT_TYPE", "acme/stock"),
];

/// The secrets in the value of a variable: of webhook keys, what stands behind each key id.
fn secrets<'v>(name: &str, value: &'v str) -> Vec<&'v str> {
    match name {
        "VIZION_WEBHOOK_KEYS" => value.split(',').map(|entry| entry.split_once('=').unwrap().1).collect(),
        _ => vec![value],
    }
}

/// The forms in which a secret could hide, cut so that neither neighbours nor padding change them.
fn forms(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let encoded = [STANDARD.encode(secret), URL_SAFE_NO_PAD.encode(secret)];
    let mut forms = vec![secret.to_owned(), hex.clone(), hex.to_uppercase(), percent];
    forms.extend(encoded.map(|text| text[..text.len() - 4].to_owned()));
    forms
}

fn assert_clean(what: &str, text: &str) {
    for (name, value) in CANARIES {
        for form in secrets(name, value).into_iter().flat_map(forms) {
            assert!(!text.contains(&form), "{name} as {form} in {what}:\n{text}");
        }
    }
}

#[test]
fn no_verb_prints_a_secret() {
    let variables = || CANARIES.into_iter().chain(OTHERS);
    let mut known = tool();
    known.envs(variables());
    let sandbox = RunningSandbox::start_as(known, &["--use-environment"]);
    let verbs: [&[&str]; 8] = [
        &["sign"],
        &["sign", "--output", "curl"],
        &["sign", "--output", "json"],
        &["explain"],
        &["explain", "--json"],
        &["send"],
        &["send", "-i"],
        &["send", "--json"],
    ];
    for provider in ["netvisor", "netgiro", "unleashed", "vizion"] {
        let origin = sandbox.url(provider);
        let url = format!("{origin}/a?b=1");
        for verb in verbs {
            for scope in [&["--allow-origin", origin.as_str()][..], &[]] {
                let mut command = tool();
                command
                    .arg(verb[0])
                    .args([provider, "POST", &url, "--data", "{}"])
                    .args(&verb[1..])
                    .args(scope);
                let ran = run(command.envs(variables()));
                assert_eq!(ran.code, i32::from(scope.is_empty()), "{verb:?} {provider}: {}", ran.stderr);
                assert_clean(&format!("{verb:?} {provider}"), &(ran.stdout + &ran.stderr));
            }
        }
    }
}

/// In the URL, in the body, as another field, and as a header of one's own.
#[test]
fn a_secret_in_a_wrong_place_is_not_printed() {
    for (name, secret) in &CANARIES[..5] {
        let provider = name.split('_').next().unwrap().to_lowercase();
        let host = match provider.as_str() {
            "netvisor" => "https://integration.netvisor.fi",
            "netgiro" => "https://api.netgiro.is",
            "unleashed" => "https://api.unleashedsoftware.com",
            _ => "https://prod.vizionapi.com",
        };
        let (url, json) = (format!("{host}/a?key={secret}"), format!("{{\"key\":\"{secret}\"}}"));
        let escaped = format!("{host}/a?key={}", secret.replace('/', "%2F").replace('+', "%2b"));
        let header = format!("x-other: {secret}");
        let is_netgiro = provider == "netgiro";
        let nonce: &[&str] = if is_netgiro { &["--nonce", secret] } else { &[] };
        let same_app_key = ("NETGIRO_APP_KEY", *secret);
        for (verb, url, code) in [
            (&["explain"][..], &url, 0),
            (&["explain", "--json"], &url, 0),
            (&["explain"], &escaped, 0),
            (&["explain", "--json"], &escaped, 0),
            (&["sign"], &url, 0),
            (&["sign", "--json"], &url, 0),
            (&["sign", "--output", "curl"], &format!("{host}/a"), 0),
            // No variable stands for a secret that is encoded.
            (&["sign", "--output", "curl"], &escaped, 2),
        ] {
            let mut command = tool();
            command.args([verb[0], &provider, "POST", url, "--data", &json, "-H", &header]).args(&verb[1..]);
            command.args(nonce).envs(CANARIES.into_iter().chain(OTHERS));
            command.envs(is_netgiro.then_some(same_app_key));
            let ran = run(&mut command);
            assert_eq!(ran.code, code, "{verb:?} {provider}: {}", ran.stderr);
            assert_clean(&format!("{verb:?} {provider}"), &(ran.stdout + &ran.stderr));
        }
    }
}

/// A key is easily taken for another provider's.
#[test]
fn a_secret_of_another_provider_is_not_printed_either() {
    for (name, value) in CANARIES {
        for secret in secrets(name, value) {
            let (provider, url) = match name {
                "UNLEASHED_API_KEY" => ("netgiro", "https://api.netgiro.is/a"),
                _ => ("unleashed", "https://api.unleashedsoftware.com/a"),
            };
            let escaped = format!("{url}?key={}", secret.replace('/', "%2F").replace('+', "%2b"));
            for verb in [&["explain"][..], &["explain", "--json"], &["sign"], &["sign", "--output", "curl"]] {
                let mut command = tool();
                command.args([verb[0], provider, "POST", &escaped]).args(&verb[1..]);
                command.args(["-H", &format!("x-other: {secret}")]);
                let ran = run(command.envs(CANARIES.into_iter().chain(OTHERS)));
                assert!(ran.code == 0 || verb.contains(&"curl"), "{verb:?} {name}: {}", ran.stderr);
                assert_clean(&format!("{verb:?} {name}"), &(ran.stdout + &ran.stderr));
            }
        }
    }
}

#[test]
fn no_error_about_a_credential_quotes_it() {
    for (name, secret) in CANARIES {
        let provider = name.split('_').next().unwrap().to_lowercase();
        for bad in [format!("{secret} "), format!("{secret}\u{7}"), format!("{secret}&{secret}€漢")] {
            for json in [&["--json"][..], &[]] {
                let mut command = tool();
                command.args(["sign", &provider, "GET", "https://elsewhere.example/"]).args(json);
                let ran = run(command.envs(CANARIES.into_iter().chain(OTHERS)).env(name, &bad));
                assert_ne!(ran.code, 0, "{name}");
                assert_clean(name, &(ran.stdout + &ran.stderr));
            }
        }
    }
}

/// A key that was typed where something else is expected.
#[test]
fn no_error_about_an_argument_quotes_it() {
    let url = "https://api.netgiro.is/";
    for (_, value) in CANARIES {
        let with = |prefix: &str| format!("{prefix}{value}");
        let (flag, hyphens, short) = (with("--algorithm="), with("--"), with("-x"));
        for arguments in [
            &["sign", value, "GET", url][..],
            &["sign", "netgiro", value, url],
            &["sign", "netgiro", "GET", value],
            &["sign", "netgiro", "GET", url, value],
            &["sign", "netgiro", "GET", url, &flag],
            &["sign", "netgiro", "GET", url, &hyphens],
            &["sign", "netgiro", "GET", url, &short],
            &["sign", "netgiro", "GET", url, &with("--api-key=")],
            &["sign", "netgiro", "GET", url, "--output", value],
            &["sign", "netgiro", "GET", url, "--form", value],
            &["sign", "netgiro", "GET", url, "--timestamp-unix", value],
            &["sign", "netgiro", "GET", url, "--allow-origin", value],
            &["sign", "netgiro", "GET", url, "-H", value],
            &[
                "explain",
                "netgiro",
                "GET",
                url,
                "--nonce",
                value,
                "--expect",
                value,
                "--data",
                "@-",
                "--signed-text",
                "@-",
            ],
            &["explain", "netgiro", "GET", url, "--signed-text", value],
            &["verify", value],
            &["verify", "vizion", "--message", "-", "--at", value],
            &["verify", "vizion", "--message", "-", "--public-origin", value],
            &["verify", "netgiro-reply", "--message", "-", "--url", value],
            &["verify", "netgiro-callback", "--message", "-", "--public-origin", value],
            &["trigger", "vizion", "--to", value],
            &["trigger", "vizion", "--to", "http://127.0.0.1:1/", "--key-id", value],
            &["trigger", "vizion", "--to", "http://127.0.0.1:1/", "--fault", value],
            &["sandbox", "--listen", value],
            &["sandbox", "--fault", value],
            &["sandbox", "--quirk", value],
            &["doctor", value],
            &["doctor", "netgiro", "--url", value],
            &["doctor", "netgiro", "--allow-origin", value],
            &["completions", value],
            &[value],
        ] {
            for json in [&["--json"][..], &[]] {
                let mut command = tool();
                let ran = run(command.args(json).args(arguments).envs(CANARIES.into_iter().chain(OTHERS)));
                assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
                assert_clean(&format!("{arguments:?}"), &(ran.stdout + &ran.stderr));
            }
        }
    }
    let misspelt = run(tool().args(["sign", "netgiro", "GET", url, "--nonsense"]));
    assert!(misspelt.stderr.contains("unexpected argument '--nonsense'"), "{}", misspelt.stderr);
}

#[test]
fn no_error_about_the_environment_file_quotes_it() {
    let sandbox = RunningSandbox::start(&[]);
    for content in [
        "canary/viz+ion=5 extra",
        "VIZION_API_KEY='canary/viz+ion=5",
        "VIZION_API_KEY=a canary/viz+ion=5",
        "VIZION_API_KEY=canary/viz+ion=5$x",
        "VIZION_API_KEY: canary/viz+ion=5$x",
        "VIZION_API_KEY canary/viz+ion=5=$x",
        "VIZION_API_KEY='a\ncanary/viz+ion=5'\nUNLEASHED_API_KEY=\"canary/unlea+shed=4=$x\"",
    ] {
        let path = sandbox.file("broken.env", content.as_bytes());
        let ran = run(tool()
            .args(["sign", "vizion", "GET", "https://prod.vizionapi.com/", "--env-file"])
            .arg(path));
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert_clean(content, &(ran.stdout + &ran.stderr));
    }
}

#[test]
fn no_verdict_and_no_delivery_shows_a_secret() {
    let zeros = "0".repeat(64);
    let reply = format!("HTTP/1.1 200 OK\r\nnetgiro_nonce: 7\r\nnetgiro_signature: {zeros}\r\n\r\n{{}}");
    let vizion = format!(
        "POST / HTTP/1.1\r\nhost: h\r\ndigest: SHA-256={zeros}\r\nx-vizion-signature: Signature keyId=hmac-key-1,\
        signature={zeros},algorithm=SHA-256,created=1685548865944,headers=(request-target) (created) host digest\r\n\r\n",
    );
    let unleashed = "POST / HTTP/1.1\r\nhost: h\r\nx-unleashed-timestamp: 1685548865\r\n\
        x-unleashed-signature: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n{}";
    let callback = &format!("POST / HTTP/1.1\r\nnetgiro_nonce: 7\r\nnetgiro_signature: {zeros}\r\n\r\n{{}}");
    for (command_line, message, code) in [
        ("verify netgiro-reply --message - --url https://api.netgiro.is/", reply.as_str(), 1),
        (
            "verify netgiro-reply --message - --url https://api.netgiro.is/ --explain --signed-text @Cargo.toml",
            reply.as_str(),
            1,
        ),
        ("verify vizion --message - --at 1685548865944", &vizion, 1),
        ("verify vizion --message - --at 1685548865944 --explain --signed-text @Cargo.toml", &vizion, 1),
        ("verify unleashed --message - --at 1685548865944", unleashed, 1),
        ("verify unleashed --message - --at 1685548865944 --explain --signed-text @Cargo.toml", unleashed, 1),
        ("verify netgiro-callback --message - --public-origin https://h", callback, 1),
        (
            "verify netgiro-callback --message - --public-origin https://h --explain --signed-text @Cargo.toml",
            callback,
            1,
        ),
        ("trigger vizion --to http://127.0.0.1:1/", "", 3),
        ("trigger unleashed --to http://127.0.0.1:1/", "", 3),
        ("trigger netgiro --to http://127.0.0.1:1/ --fault wrong-signature", "", 3),
        ("trigger vizion --to https://elsewhere.example/", "", 1),
        ("trigger vizion --to http://127.0.0.1:1/ --key-id none", "", 2),
    ] {
        for json in [&["--json"][..], &[]] {
            let mut command = tool();
            command.args(command_line.split(' ')).args(json).envs(CANARIES.into_iter().chain(OTHERS));
            // Standard input is read by `verify` only.
            let ran = if message.is_empty() {
                run(&mut command)
            } else {
                run_with_input(&mut command, message.as_bytes())
            };
            assert_eq!(ran.code, code, "{command_line} {}", ran.stderr);
            assert_clean(command_line, &(ran.stdout + &ran.stderr));
        }
    }
}

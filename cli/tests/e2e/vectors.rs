//! `sign` reproduces what vendors published and independent clients computed: the library's own vectors.

use serde_json::Value;

use crate::support::{run, tool};

fn vectors(file: &str, kinds: &[&str]) -> Vec<Value> {
    let path = format!("{}/../tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let vectors = document["vectors"].as_array().unwrap().clone();
    vectors.into_iter().filter(|vector| kinds.contains(&text(&vector["kind"]))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Signs with these arguments and variables, and compares the header.
fn assert_signed(vector: &Value, header: &str, arguments: &[&str], variables: &[(&str, &Value)]) {
    let variables = variables.iter().map(|(name, value)| (name, text(value)));
    let signed = run(tool().arg("sign").args(arguments).arg("--json").envs(variables));
    assert_eq!(signed.code, 0, "{}: {}", vector["id"], signed.stderr);
    assert_eq!(signed.json()["headers"][header], vector["expected"], "{}", vector["id"]);
}

#[test]
fn netgiro() {
    let vectors = vectors("netgiro", &["published"]);
    let requests: Vec<_> = vectors.iter().filter(|vector| vector["inputs"]["nonce"].is_string()).collect();
    assert_eq!(requests.len(), 2);
    let app_key = Value::from("881E674F-7891-4C20-AFD8-56FE2624C4B5");
    for vector in requests {
        let inputs = &vector["inputs"];
        let arguments = [
            "netgiro",
            "POST",
            text(&inputs["url"]),
            "--nonce",
            text(&inputs["nonce"]),
            "--data",
            text(&inputs["body"]),
        ];
        let variables = [("NETGIRO_APP_KEY", &app_key), ("NETGIRO_SECRET_KEY", &inputs["secret"])];
        assert_signed(vector, "netgiro_signature", &arguments, &variables);
    }
}

#[test]
fn netvisor() {
    let vectors = vectors("netvisor", &["independent-implementation"]);
    assert_eq!(vectors.len(), 2);
    for vector in &vectors {
        let inputs = &vector["inputs"];
        let algorithm = if vector["algorithm"] == "SHA256" { "sha256" } else { "hmac-sha256" };
        let timestamp_unix = inputs["timestampUnix"].to_string();
        let arguments = [
            ["netvisor", "GET"],
            [text(&inputs["url"]), "--timestamp"],
            [text(&inputs["timestamp"]), "--timestamp-unix"],
            [&timestamp_unix, "--transaction-id"],
            [text(&inputs["transactionId"]), "--algorithm"],
        ];
        let arguments = [arguments.as_flattened(), &[algorithm]].concat();
        let variables = [
            ("NETVISOR_SENDER", &inputs["sender"]),
            ("NETVISOR_CUSTOMER_ID", &inputs["customerId"]),
            ("NETVISOR_CUSTOMER_KEY", &inputs["customerKey"]),
            ("NETVISOR_PARTNER_ID", &inputs["partnerId"]),
            ("NETVISOR_PARTNER_KEY", &inputs["partnerKey"]),
            ("NETVISOR_ORGANISATION_ID", &inputs["organisationId"]),
            ("NETVISOR_LANGUAGE", &inputs["language"]),
        ];
        assert_signed(vector, "x-netvisor-authentication-mac", &arguments, &variables);
    }
}

#[test]
fn unleashed() {
    let vectors = vectors("unleashed", &["third-party golden"]);
    assert_eq!(vectors.len(), 2);
    let (api_id, client_type) = (Value::from("api-id"), Value::from("acme/stock"));
    for vector in &vectors {
        let inputs = &vector["inputs"];
        let url = format!("https://api.unleashedsoftware.com/Customers?{}", text(&inputs["query_string"]));
        let variables = [
            ("UNLEASHED_API_ID", &api_id),
            ("UNLEASHED_API_KEY", &inputs["api_key"]),
            ("UNLEASHED_CLIENT_TYPE", &client_type),
        ];
        assert_signed(
            vector,
            "api-auth-signature",
            &["unleashed", "GET", &url, "--form", "as-sent"],
            &variables,
        );
    }
}

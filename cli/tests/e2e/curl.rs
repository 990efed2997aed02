//! `sign --output curl`: a command for a shell.

use crate::support::{run, tool};

/// Where a shell does not know the variable, curl leaves the header out.
#[cfg(unix)]
#[test]
fn curl_with_a_file_of_credentials_works_when_pasted_into_a_shell() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let curl = file("curl", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    std::fs::set_permissions(curl, std::fs::Permissions::from_mode(0o755)).unwrap();
    file("my test.env", "# mine\nVIZION_API_KEY='a $key; with `all` of \"it\"'\n");
    let signed = |name: &str| {
        let mut command = tool();
        command.current_dir(&directory).args([
            "sign",
            "vizion",
            "GET",
            "https://prod.vizionapi.com/references",
        ]);
        run(command.args(["--output", "curl", "--env-file", name]))
    };

    let pasted = signed("my test.env").stdout + "echo \"left: $VIZION_API_KEY\"";
    assert!(!pasted.contains("$key"), "{pasted}");
    let path = format!("{}:/usr/bin:/bin", directory.path().display());
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", &pasted]).env_clear().env("PATH", path).current_dir(&directory);
    let ran = run(&mut bash);
    assert!(ran.stdout.contains("x-api-key: a $key; with `all` of \"it\"\n"), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.ends_with("left: \n"), "{}", ran.stdout);

    file("other.env", "\nVIZION_API_KEY=a;b\n");
    let refused = signed("other.env");
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(
        refused.stderr.contains("line 2 of other.env") && !refused.stderr.contains("a;b"),
        "{}",
        refused.stderr
    );
}

#[test]
fn curl_gets_variables_where_the_environment_has_the_value() {
    let command = |arguments: &[&str]| {
        let environment =
            [("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "secret"), ("VIZION_API_KEY", "key")];
        run(tool().arg("sign").args(arguments).args(["--output", "curl"]).envs(environment)).stdout
    };
    let url = "https://api.netgiro.is/v1/sales/x?a=[1]";
    let expected = r#"curl --request 'POST' \
  --globoff \
  --header 'content-type: application/json' \
  --header 'netgiro_appkey: '"$NETGIRO_APP_KEY" \
  --header 'netgiro_nonce: 1' \
  --header 'netgiro_signature: SIGNATURE' \
  --data-binary '{"a": "b"}' \
  'https://api.netgiro.is/v1/sales/x?a=[1]'
"#;
    // Plain SHA-256 of `secret1https://api.netgiro.is/v1/sales/x?a=[1]{"a": "b"}`.
    let signature = "d584a560c43ca681fab5dc57a5fa7addd5b52b31e72384b80722330d221b69e6";
    assert_eq!(
        command(&["netgiro", "POST", url, "--nonce", "1", "--data", r#"{"a": "b"}"#]),
        expected.replace("SIGNATURE", signature)
    );
    let expected = r#"curl --head \
  --globoff \
  --header 'x-api-key: '"$VIZION_API_KEY" \
  'https://prod.vizionapi.com/references'
"#;
    assert_eq!(command(&["vizion", "HEAD", "https://prod.vizionapi.com/references"]), expected);
}

/// Where nothing is sent, curl must not call it a form either.
#[test]
fn curl_gives_an_empty_body_no_type() {
    let mut command = tool();
    command.args(["sign", "vizion", "POST", "https://prod.vizionapi.com/references"]);
    let signed = run(command.args(["--data", "", "--output", "curl"]).env("VIZION_API_KEY", "key"));
    assert!(signed.stdout.contains("--header 'content-type:' \\\n  --data-binary ''"), "{}", signed.stdout);
}

/// The command works as it did, and a shell's history has no key in it.
#[test]
fn a_secret_in_a_wrong_place_becomes_its_variable() {
    let environment = [("NETGIRO_APP_KEY", "app"), ("NETGIRO_SECRET_KEY", "the secret")];
    let signed = run(tool()
        .args(["sign", "netgiro", "POST", "https://api.netgiro.is/a", "--output", "curl"])
        .args(["--data", "{\"k\":\"the secret\"}", "-H", "x-mine: Bearer the secret"])
        .envs(environment));
    for part in [
        r#"--data-binary '{"k":"'"$NETGIRO_SECRET_KEY"'"}' \"#,
        r#"--header 'x-mine: Bearer '"$NETGIRO_SECRET_KEY" \"#,
    ] {
        assert!(signed.stdout.contains(part), "{part}: {}", signed.stdout);
    }
}

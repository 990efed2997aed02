//! `sandbox --script`: replies out of a file.

use crate::support::{RunningSandbox, run, tool};

#[test]
fn a_script_answers_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("replies.toml");
    std::fs::write(folder.path().join("cart.json"), r#"{"Success":true,"ResultCode":10425}"#).unwrap();
    let replies = r#"
        [[reply]]
        provider = "netgiro"
        method = "POST"
        ready = "declined"
        times = 1

        [[reply]]
        provider = "netgiro"
        path = "/v1/checkout/*"
        file = "cart.json"
    "#;
    std::fs::write(&script, replies).unwrap();
    let sandbox = RunningSandbox::start(&["--script", script.to_str().unwrap()]);
    let send = || run(sandbox.command("send", "netgiro", "POST", "/v1/checkout/InsertCart").arg("--json"));
    let declined = send();
    assert_eq!((declined.code, declined.error_code().as_str()), (1, "netgiro-declined"));
    let pending = send();
    assert!(pending.code == 0 && pending.stdout.contains("10425"), "{}{}", pending.stdout, pending.stderr);
}

#[test]
fn a_script_that_cannot_be_used_ends_the_start_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    std::fs::write(folder.path().join("x"), "outside").unwrap();
    let script = folder.path().join("inner/replies.toml");
    for (entry, told) in [
        ("provider = \"paypal\"", "the script, line 2: there is no provider \"paypal\""),
        (
            "provider = \"netgiro\"\nfile = \"../x\"",
            "the script, line 2: `file`: it is not in the script's folder",
        ),
        ("provider = \"netgiro\"\nstatus = []", "the script, line 4: invalid type"),
    ] {
        std::fs::write(&script, format!("# One reply\n[[reply]]\n{entry}\n")).unwrap();
        let ran = run(tool().args(["sandbox", "--script"]).arg(&script));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(ran.stderr.starts_with(&format!("countersign: {told}")), "{}", ran.stderr);
    }
}

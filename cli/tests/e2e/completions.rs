//! `completions`: a script for each shell.

use crate::support::{run, tool};

#[test]
fn each_shell_gets_a_script_that_knows_every_verb() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(tool().args(["completions", shell]));
        assert_eq!((script.code, script.stderr.as_str()), (0, ""), "{shell}");
        for verb in ["sign", "send", "explain", "verify", "trigger", "sandbox"] {
            assert!(script.stdout.contains(verb), "{verb} for {shell}");
        }
    }
}

#[test]
fn with_json_the_script_is_in_an_object() {
    let plain = run(tool().args(["completions", "bash"]));
    let json = run(tool().args(["completions", "bash", "--json"])).json();
    assert_eq!((&json["shell"], &json["script"]), (&"bash".into(), &plain.stdout.into()));
}

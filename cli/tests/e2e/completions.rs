//! `completions`: a script for each shell.

use countersign_sandbox::Quirk;

use crate::support::{run, tool};

#[test]
fn each_shell_gets_a_script_that_knows_every_verb() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(tool().args(["completions", shell]));
        assert_eq!((script.code, script.stderr.as_str()), (0, ""), "{shell}");
        for verb in ["sign", "send", "explain", "doctor", "verify", "trigger", "sandbox"] {
            assert!(script.stdout.contains(verb), "{verb} for {shell}");
        }
        // Those of Elvish and PowerShell complete no values.
        for quirk in Quirk::ALL.iter().filter(|_| ["bash", "fish", "zsh"].contains(&shell)) {
            assert!(script.stdout.contains(quirk.name()), "{quirk} for {shell}");
        }
    }
}

#[test]
fn with_json_the_script_is_in_an_object() {
    let plain = run(tool().args(["completions", "bash"]));
    let json = run(tool().args(["completions", "bash", "--json"])).json();
    assert_eq!((&json["shell"], &json["script"]), (&"bash".into(), &plain.stdout.into()));
}

#[test]
fn an_unknown_quirk_is_answered_with_those_that_there_are() {
    let refused = run(tool().args(["sandbox", "--quirk", "netvisor-other"]));
    assert_eq!(refused.code, 2);
    assert!(Quirk::ALL.iter().all(|quirk| refused.stderr.contains(quirk.name())), "{}", refused.stderr);
    assert!(!refused.stderr.contains("netvisor-other"), "{}", refused.stderr);
}

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

//! `completions`: a script for each shell.

#[cfg(unix)]
use std::process::Command;

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

/// What bash offers for the last of the words behind `countersign`.
#[cfg(unix)]
fn completed(script: &str, words: &str) -> Vec<String> {
    const COMPLETE: &str = r#"
        COMP_WORDS=(countersign "$@")
        COMP_CWORD=$#
        [[ $(complete -p countersign) =~ -F\ ([^ ]+) ]]
        "${BASH_REMATCH[1]}" countersign "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", &format!("{script}{COMPLETE}"), "bash"]).args(words.split(' '));
    let completed = run(&mut bash);
    assert_eq!((completed.code, completed.stderr.as_str()), (0, ""), "{words}");
    completed.stdout.lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn bash_completes_the_values_of_every_closed_list() {
    let script = run(tool().args(["completions", "bash"])).stdout;
    let expected = [
        ("sign net", "netvisor netgiro"),
        ("send un", "unleashed"),
        ("explain viz", "vizion"),
        ("diagnose viz", "vizion"),
        ("doctor net", "netvisor netgiro"),
        ("proxy netg", "netgiro"),
        ("proxy --webhooks viz", "vizion"),
        ("proxy --webhooks net", "netgiro"),
        ("sign netvisor G", "GET"),
        ("send netvisor P", "POST PUT PATCH"),
        ("explain netvisor D", "DELETE"),
        ("verify declared acme.toml --reply --method P", "POST PUT PATCH"),
        ("sign netvisor --form d", "decoded"),
        ("trigger vizion --event ves", "vessel-departed vessel-arrived"),
        ("trigger unleashed --event product.d", "product.deleted"),
        ("trigger netgiro --event con", "confirmed"),
        ("trigger netgiro --fault un", "unsigned"),
        ("sandbox --fault sl", "slow"),
        ("sandbox --fault fail", "failed=PERIOD_LOCK"),
        ("sandbox --quirk netvisor-u", "netvisor-utf8"),
        ("verify viz", "vizion"),
        ("completions z", "zsh"),
    ];
    let offered = expected.map(|(words, _)| (words, completed(&script, words).join(" ")));
    assert_eq!(offered, expected.map(|(words, values)| (words, values.to_owned())));
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

//! Output that nobody reads to its end, as with `| head -1`.

use crate::support::tool;

#[test]
fn a_closed_pipe_changes_no_exit_code_and_is_no_failure() {
    for (arguments, code) in [
        (&["completions", "bash"][..], 0),
        (&["explain", "vizion", "GET", "https://prod.vizionapi.com/"], 0),
        (&["explain", "vizion", "GET", "https://prod.vizionapi.com/", "--expect", "x"], 1),
        (&["sign", "vizion", "GET", "https://elsewhere.example/"], 1),
        (&["sign", "vizion", "GET", "https://prod.vizionapi.com/", "--nonce", "1", "--json"], 2),
    ] {
        for is_stderr_closed in [false, true] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = tool();
            command.args(arguments).env("VIZION_API_KEY", "key").stdout(writer.try_clone().unwrap());
            if is_stderr_closed {
                command.stderr(writer);
            }
            let ran = command.output().unwrap();
            assert_eq!(ran.status.code(), Some(code), "{arguments:?}");
            let stderr = String::from_utf8(ran.stderr).unwrap();
            assert!(code != 0 || stderr.is_empty(), "{stderr}");
        }
    }
}

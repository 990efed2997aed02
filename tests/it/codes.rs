//! The command in `docs/codes.md` that makes the fingerprint of a secret.

const PAGE: &str = include_str!("../../docs/codes.md");

#[cfg(target_os = "linux")]
#[test]
fn the_command_for_a_fingerprint_makes_it() {
    let command = PAGE.split_once("```sh\n").unwrap().1.split("\n```").next().unwrap();
    for secret in ["key", "a \"$key\" %s\\0 ä"] {
        let made =
            std::process::Command::new("sh").args(["-c", command]).env("SECRET", secret).output().unwrap();
        let expected = countersign::explain::Fingerprint::of(secret.as_bytes());
        assert_eq!(String::from_utf8(made.stdout).unwrap(), format!("{expected}\n"));
    }
}

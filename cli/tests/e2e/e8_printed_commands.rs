//! E8: a printed curl command runs something else. Method, names and values are quoted, and only the tool's variables are
//! read from a file: a real `sh` runs each command, and a fake `curl` says which arguments it was given.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Ran, VARIABLES, run, tool};

const VIZION: [&str; 5] = ["sign", "vizion", "GET", "https://prod.vizionapi.com/references", "--output=curl"];

/// Between the arguments that the fake `curl` prints.
const END: char = '\u{1e}';

/// A directory whose `curl` prints its arguments, and in which anything that is run leaves a file.
struct Shell {
    directory: TempDir,
}

impl Shell {
    fn new() -> Self {
        let shell = Self { directory: tempfile::tempdir().unwrap() };
        shell.program("bin", "curl", "printf '%s\\036' \"$@\"");
        shell.program("bin", "pwn", "touch ran");
        shell
    }

    fn program(&self, folder: &str, name: &str, script: &str) {
        let path = self.file(&format!("{folder}/{name}"), &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// What the tool prints, run in this directory.
    fn print(&self, command: &mut Command) -> Ran {
        run(command.current_dir(&self.directory))
    }

    /// The arguments that a printed command gives to `curl`, in the environment that `variables` adds to.
    fn arguments(&self, printed: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let escapes = printed.chars().filter(|character| character.is_control() && *character != '\n');
        assert_eq!(escapes.count(), 0, "{printed:?}");
        let mut sh = Command::new("/bin/sh");
        let path = format!("{}/bin:/usr/bin:/bin", self.directory.path().display());
        sh.args(["-c", printed]).env_clear().env("PATH", path).envs(variables.iter().copied());
        let output = sh.current_dir(&self.directory).output().unwrap();
        assert!(output.stderr.is_empty(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(!self.directory.path().join("ran").exists(), "{printed}");
        // Netvisor's headers are in ISO-8859-15, whose letters here are those of ISO-8859-1.
        let text = match String::from_utf8(output.stdout) {
            Ok(text) => text,
            Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
        };
        let mut arguments: Vec<_> = text.split(END).map(str::to_owned).collect();
        assert_eq!(arguments.pop().as_deref(), Some(""), "{printed}");
        arguments
    }
}

/// What follows `option` in a list of arguments.
fn values<'a>(arguments: &'a [String], option: &str) -> Vec<&'a str> {
    let pairs = arguments.windows(2).filter(|pair| pair[0] == option);
    pairs.map(|pair| pair[1].as_str()).collect()
}

const HOSTILE: [&str; 9] = [
    "$(pwn)",
    "`pwn`",
    "'; pwn; '",
    "\"; pwn; \"",
    "$HOME ${PATH} $VIZION_API_KEY \\$x",
    "a\\",
    "a & pwn | pwn > ran # !! ~ *",
    "%s %d \\033 \\n",
    "it's \"quoted\" \\'twice\\'",
];

#[test]
fn a_method_that_a_shell_could_read_is_refused() {
    for method in ["GET;pwn", "`pwn`", "A$HOME", "A|pwn", "A&pwn", "A'B", "A!B", "A#B", "A*B", "A~B", "A1"] {
        let arguments = VIZION.map(|argument| if argument == "GET" { method } else { argument });
        let refused = run(tool().args(arguments).env("VIZION_API_KEY", "key"));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{method}");
        assert!(refused.stderr.contains("letters and hyphens"), "{}", refused.stderr);
    }
    let shell = Shell::new();
    let arguments = VIZION.map(|argument| if argument == "GET" { "version-control" } else { argument });
    let printed = shell.print(tool().args(arguments).env("VIZION_API_KEY", "key")).stdout;
    let ran = shell.arguments(&printed, &[("VIZION_API_KEY", "key")]);
    assert_eq!(values(&ran, "--request"), ["VERSION-CONTROL"]);
}

/// Also beside the value of a variable, which stands in double quotes.
#[test]
fn a_header_name_runs_nothing() {
    let shell = Shell::new();
    for name in ["x-`pwn`", "x-$home", "x-'a'", "x-!!", "x-a&b|c", "x-#~*"] {
        for (value, printed) in [("the key", "$VIZION_API_KEY"), ("other", "other"), ("", "")] {
            let mut command = tool();
            command.args(VIZION).args(["-H", &format!("{name}: {value}")]).env("VIZION_API_KEY", "the key");
            let signed = shell.print(&mut command);
            assert!(signed.stdout.contains(printed), "{name}: {}{}", signed.stdout, signed.stderr);
            let ran = shell.arguments(&signed.stdout, &[("VIZION_API_KEY", "the key")]);
            let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            assert!(values(&ran, "--header").contains(&header.as_str()), "{name}: {ran:?}");
        }
    }
}

#[test]
fn values_and_urls_run_nothing() {
    let shell = Shell::new();
    for value in HOSTILE {
        let mut command = tool();
        command.args(["sign", "vizion", "GET", &format!("https://prod.vizionapi.com/r?q={value}&z=[1]")]);
        command.args(["--output", "curl", "-H", &format!("x-mine: {value}")]);
        let signed = shell.print(command.env("VIZION_API_KEY", "key"));
        let ran = shell.arguments(&signed.stdout, &[("VIZION_API_KEY", "key")]);
        assert!(values(&ran, "--header").contains(&format!("x-mine: {value}").as_str()), "{value}: {ran:?}");
        let url = url::Url::parse(&format!("https://prod.vizionapi.com/r?q={value}&z=[1]")).unwrap();
        let sent = url[..url::Position::AfterQuery].to_owned();
        assert_eq!(ran.last(), Some(&sent), "{value}");
    }
}

/// Control characters, which a terminal would act on, stand in the command as digits and reach curl as they are.
#[test]
fn a_body_arrives_byte_for_byte() {
    let shell = Shell::new();
    let odd =
        ["\u{1b}]0;title\u{7}\u{1b}[2J", "a\r\n\tb\n\n", "\n", "ä€\u{202e}\u{200b}\u{9b}31m\u{7f}", "", "\r"];
    for body in HOSTILE.into_iter().chain(odd) {
        let mut command = tool();
        command.args(VIZION).args(["--data", body]).env("VIZION_API_KEY", "key");
        let signed = shell.print(&mut command);
        let ran = shell.arguments(&signed.stdout, &[("VIZION_API_KEY", "key")]);
        assert_eq!(values(&ran, "--data-binary"), [body], "{}", signed.stdout);
    }
    for name in ["it's a $(pwn) file", "-o", "a\u{1b}[2Jb", "`pwn`\n"] {
        shell.file(name, "{}");
        let mut command = tool();
        command.args(VIZION).args(["--data", &format!("@{name}")]).env("VIZION_API_KEY", "key");
        let signed = shell.print(&mut command);
        let ran = shell.arguments(&signed.stdout, &[("VIZION_API_KEY", "key")]);
        assert_eq!(values(&ran, "--data-binary"), [format!("@{name}")], "{}{}", signed.stdout, signed.stderr);
    }
}

#[test]
fn a_header_in_another_charset_arrives_byte_for_byte() {
    let shell = Shell::new();
    let mut command = tool();
    command.args(["sign", "netvisor", "GET", "https://integration.netvisor.fi/a.nv", "--output", "curl"]);
    command.envs(VARIABLES).env("NETVISOR_SENDER", "Öy 'n' $(pwn)");
    let signed = shell.print(&mut command);
    let ran = shell.arguments(&signed.stdout, &VARIABLES);
    let header = "x-netvisor-authentication-sender: Öy 'n' $(pwn)";
    assert!(values(&ran, "--header").contains(&header), "{ran:?}");
}

/// The credentials of a file, and `$NAME` in the printed command.
fn with_file(shell: &Shell, name: &str, text: &str) -> Ran {
    shell.file(name, text);
    shell.print(tool().args(VIZION).arg(format!("--env-file={name}")))
}

#[test]
fn a_file_of_the_tools_variables_is_read_and_forgotten() {
    let shell = Shell::new();
    for name in ["my test.env", "it's $(pwn).env", "-x.env", "`pwn`.env", "a\u{1b}b.env"] {
        let text = "# mine\n\n  # indented\nVIZION_API_KEY='a $key; with `pwn` of \"it\"'\nexport NETGIRO_APP_KEY=a\n";
        let signed = with_file(&shell, name, text);
        assert_eq!((signed.code, signed.stderr.as_str()), (0, ""), "{name}");
        let ran = shell.arguments(&signed.stdout, &[("HOME", "/h")]);
        let key = "x-api-key: a $key; with `pwn` of \"it\"";
        assert!(values(&ran, "--header").contains(&key), "{name}: {ran:?}");
        let after = format!("{}curl \"left: $VIZION_API_KEY\"", signed.stdout);
        assert_eq!(shell.arguments(&after, &[]).last().unwrap(), "left: ", "{name}");
    }
}

/// A file that sets `PATH` would choose the `curl` that gets the key.
#[test]
fn a_file_that_sets_more_is_not_read_and_a_note_says_so() {
    let shell = Shell::new();
    shell.program("evil", "curl", "touch ran");
    let evil = shell.directory.path().join("evil");
    for other in [
        &format!("PATH={}", evil.display()),
        "export IFS=/",
        "LD_PRELOAD='./a.so'",
        "ENV=./evil/curl",
        "OTHER=\"a\nb\"",
    ] {
        let signed = with_file(&shell, "more.env", &format!("VIZION_API_KEY='the key'\n{other}\n"));
        assert_eq!(signed.code, 0, "{other}: {}", signed.stderr);
        assert!(signed.stderr.contains("line 2 of the environment file"), "{}", signed.stderr);
        assert!(signed.stderr.contains("Run . './more.env' first"), "{}", signed.stderr);
        assert!(signed.stderr.ends_with("[env-file-not-read]\n"), "{}", signed.stderr);
        assert!(
            !signed.stdout.contains("more.env") && !signed.stdout.contains("the key"),
            "{}",
            signed.stdout
        );
        let ran = shell.arguments(&signed.stdout, &[("VIZION_API_KEY", "from the shell")]);
        assert!(values(&ran, "--header").contains(&"x-api-key: from the shell"), "{other}: {ran:?}");
    }
}

/// What a shell would read as something else is no file to be read by hand either.
#[test]
fn a_value_that_a_shell_would_run_is_refused_by_its_line() {
    let shell = Shell::new();
    for value in ["a;pwn", "`pwn`", "\"`pwn`\"", "a\\ pwn"] {
        let refused = with_file(&shell, "own.env", &format!("OTHER=1\nVIZION_API_KEY={value}\n"));
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{value}");
        assert!(refused.stderr.contains("line 2 of "), "{}", refused.stderr);
        assert!(!refused.stderr.contains("pwn"), "{}", refused.stderr);
    }
}

/// A key that is not as it is in the variable has nothing that could stand for it.
#[test]
fn a_key_in_another_spelling_is_not_printed() {
    let key = "Ab+/c'd&ef==Zq9";
    let sign = |url: &str, arguments: &[&str]| {
        let mut command = tool();
        command.args(["sign", "vizion", "POST", url, "--output", "curl"]).args(arguments);
        run(command.env("VIZION_API_KEY", key))
    };
    let url = "https://prod.vizionapi.com/references";
    let basic = "authorization: Basic dXNlcjpBYisvYydkJmVmPT1acTk6eA=="; // user:KEY:x
    for (url, arguments) in [
        (format!("{url}?key=Ab%2B%2Fc'd%26ef==Zq9"), vec![]),
        (format!("{url}?key=Ab%252B%252fc%2527d%2526ef%253D%253DZq9"), vec![]),
        (url.to_owned(), vec!["-d", r#"{"key":"Ab+\/c'd\u0026ef==Zq9"}"#]),
        (url.to_owned(), vec!["-d", "41622b2f6327642665663d3d5a7139"]),
        (url.to_owned(), vec!["-H", basic]),
    ] {
        let refused = sign(&url, &arguments);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{url} {arguments:?}");
        assert!(refused.stderr.contains("in another spelling"), "{}", refused.stderr);
    }
    // Beside a letter that is no ASCII, it is as it is in the variable.
    let printed = sign(url, &["-H", &format!("x-mine: ä {key} ö")]);
    assert!(printed.stdout.contains(r#"'x-mine: ä '"$VIZION_API_KEY"' ö'"#), "{}", printed.stdout);
    let ran = Shell::new().arguments(&printed.stdout, &[("VIZION_API_KEY", key)]);
    assert_eq!(ran.iter().filter(|argument| argument.contains("x-mine")).count(), 1, "{ran:?}");
}

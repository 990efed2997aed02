//! The ready sources of credentials: a file, a command, the environment.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign::rotation::{CommandSource, CredentialSource, EnvironmentSource, FileSource, Rotation};
use countersign::time::{Clock as _, SystemClock};
use countersign::vizion::Vizion;
use secrecy::ExposeSecret as _;

use crate::webhooks::log;

/// A directory of the test's own, gone with it.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn json(key: &str) -> String {
    format!(r#"{{"credentials": {{"VIZION_API_KEY": "{key}"}}}}"#)
}

/// Writes a file as if it had been written a while ago.
fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    let a_while_ago = SystemClock.now() - Duration::from_secs(60);
    File::options().write(true).open(path).unwrap().set_modified(a_while_ago).unwrap();
}

fn key(vizion: &Vizion) -> String {
    let mut request = http::Request::get("https://prod.vizionapi.com/").body(()).unwrap();
    vizion.sign_http(&mut request).unwrap();
    request.headers()["x-api-key"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_torn_file_is_never_used() {
    let directory = Directory::new("torn");
    let path = directory.path("keys.json");
    write(&path, &json("old"));
    let rotation = Rotation::start(FileSource::new(&path)).await.unwrap();
    let vizion = Vizion::from_rotation(&rotation).unwrap();
    let whole = json("new");
    for length in 0..whole.len() {
        write(&path, &whole[..length]);
        rotation.refresh().await.unwrap_err();
        assert_eq!(key(&vizion), "old");
    }
    write(&path, &whole);
    rotation.refresh().await.unwrap();
    assert_eq!(key(&vizion), "new");
}

#[tokio::test]
async fn a_file_that_is_being_written_is_read_when_it_is_left_alone() {
    let directory = Directory::new("young");
    let path = directory.path("keys.json");
    write(&path, &json("old"));
    let rotation = Rotation::start(FileSource::new(&path)).await.unwrap();
    let vizion = Vizion::from_rotation(&rotation).unwrap();
    // Whole as JSON, and yet half old and half new.
    fs::write(&path, json("half")).unwrap();
    let refreshing = tokio::spawn(async move { rotation.refresh().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(key(&vizion), "old");
    fs::write(&path, json("new")).unwrap();
    refreshing.await.unwrap().unwrap();
    assert_eq!(key(&vizion), "new");
}

#[cfg(unix)]
#[tokio::test]
async fn a_secret_that_is_exchanged_behind_a_link_is_noticed_by_its_inode() {
    let directory = Directory::new("link");
    let (first, second, link) = (directory.path("first"), directory.path("second"), directory.path("..data"));
    write(&first, &json("old"));
    write(&second, &json("new"));
    // The same length and the same time of modification.
    let time = fs::metadata(&first).unwrap().modified().unwrap();
    File::options().write(true).open(&second).unwrap().set_modified(time).unwrap();
    std::os::unix::fs::symlink(&first, &link).unwrap();
    let source = FileSource::new(&link);
    assert!(source.fetch().await.unwrap().is_some());
    assert!(source.fetch().await.unwrap().is_none(), "nothing has changed");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&second, &link).unwrap();
    let set = source.fetch().await.unwrap().unwrap();
    assert_eq!(set.value("VIZION_API_KEY").unwrap().expose_secret(), "new");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = Directory::new("mode");
    let path = directory.path("keys.json");
    write(&path, &json("canary"));
    for (mode, is_warned) in [(0o600, false), (0o640, false), (0o644, true)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let (log, _guard) = log::listen().await;
        // The callsite is met once before it is listened to.
        FileSource::new(&path).fetch().await.unwrap();
        tracing::callsite::rebuild_interest_cache();
        log.take();
        let _ = tokio::task::yield_now().await;
        let source = FileSource::new(&path);
        source.fetch().await.unwrap();
        let text = log.take();
        assert_eq!(text.contains("others can read"), is_warned, "{mode:o}: {text}");
        assert!(!text.contains("canary"));
    }
}

#[cfg(unix)]
fn shell(script: &str) -> CommandSource {
    CommandSource::new("sh", ["-c", script])
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_gives_what_it_prints_if_it_succeeds() {
    let printed = shell(&format!("echo '{}'", json("printed"))).fetch().await.unwrap().unwrap();
    assert_eq!(printed.value("VIZION_API_KEY").unwrap().expose_secret(), "printed");
    for (script, code) in [
        (format!("echo '{}'; exit 1", json("canary")), "credentials-command"),
        ("echo canary >&2; exit 1".to_owned(), "credentials-command"),
        ("echo canary".to_owned(), "credentials-malformed"),
        ("yes canary".to_owned(), "credentials-too-long"),
        ("cat".to_owned(), "credentials-malformed"),
    ] {
        let (log, _guard) = log::listen().await;
        let error = shell(&script).fetch().await.unwrap_err();
        assert_eq!(error.code(), code, "{script}");
        assert!(!format!("{error:#} {error:?} {}", log.take()).contains("canary"), "{script}");
    }
    let absent = CommandSource::new("/nonexistent/command", ["canary"]);
    assert_eq!(absent.fetch().await.unwrap_err().code(), "credentials-command");
    assert!(!format!("{absent:?}").contains("canary"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_arguments_of_a_command_see_no_shell() {
    let set = CommandSource::new("printf", ["%s", &json("$HOME;`id`")]).fetch().await.unwrap().unwrap();
    assert_eq!(set.value("VIZION_API_KEY").unwrap().expose_secret(), "$HOME;`id`");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_command_that_is_given_up_is_ended() {
    let directory = Directory::new("given-up");
    let pid_file = directory.path("pid");
    let source = shell(&format!("echo $$ > '{}'; exec sleep 1000", pid_file.display()));
    let given_up = tokio::time::timeout(Duration::from_secs(2), source.fetch()).await;
    assert!(given_up.is_err());
    assert_ends(&pid_file).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_command_leaves_behind_is_not_waited_for_and_ends_with_it() {
    let directory = Directory::new("left-behind");
    let pid_file = directory.path("pid");
    // It holds the output open; given up, its parent is not there any more to be ended alone.
    let printing = format!("echo '{}'", json("printed"));
    for (end, is_given) in [(printing.as_str(), true), ("wait", false)] {
        let script = format!("sleep 1000 & echo $! > '{}'; {end}", pid_file.display());
        let given = tokio::time::timeout(Duration::from_secs(5), shell(&script).fetch()).await;
        assert_eq!(given.is_ok_and(|given| given.is_ok()), is_given, "{end}");
        assert_ends(&pid_file).await;
    }
}

/// Waits for the end of the process whose number is in a file.
#[cfg(target_os = "linux")]
async fn assert_ends(pid_file: &Path) {
    let pid = fs::read_to_string(pid_file).unwrap().trim().to_owned();
    for _ in 0..100 {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if state.is_empty() || state.contains(") Z ") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it still runs");
}

#[tokio::test]
async fn the_environment_gives_what_is_set() {
    let set = EnvironmentSource::new(["PATH", "COUNTERSIGN_NOT_SET"]).fetch().await.unwrap().unwrap();
    assert!(set.value("PATH").is_some() && set.value("COUNTERSIGN_NOT_SET").is_none());
}

//! The sources that come with the crate.

use std::ffi::OsString;
use std::fmt;
use std::fs::{File, Metadata};
use std::future::poll_fn;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::pin::pin;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use tokio::io::AsyncReadExt as _;
use zeroize::Zeroizing;

use super::credentials::LIMIT;
use super::{CredentialSet, CredentialSource, RotationFault};
use crate::env;
use crate::error::Error;
use crate::lock::lock;
use crate::time::{Clock as _, SystemClock};

/// Variables of the process environment. They are read again on request, such as after a refusal, but never after a time.
#[derive(Clone, Debug)]
pub struct EnvironmentSource(Vec<String>);

impl EnvironmentSource {
    /// The variables of these names. A variable that is not set is left out.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

#[async_trait::async_trait]
impl CredentialSource for EnvironmentSource {
    async fn fetch(&self) -> Result<Option<CredentialSet>, Error> {
        let set =
            self.0.iter().filter_map(|name| Some((name.clone(), SecretString::from(env::process(name)?))));
        Ok(Some(CredentialSet::new(set)))
    }

    fn fresh_for(&self) -> Duration {
        Duration::MAX
    }
}

/// How long ago a file must have been written: a younger file may be half written.
const QUIET: Duration = Duration::from_secs(1);

/// A file of the JSON that [`CredentialSet::from_json`] reads. While calls are made, the file is looked at every 5 s.
/// It is read if its inode, length or modification time has changed, e.g. because Kubernetes has replaced a mounted
/// secret.
///
/// A file that was written less than a second ago is not read yet, and a file that changes while it is read is not
/// used: either may be half old and half new. It is better to write another file and rename it. On Unix, a warning is
/// logged if anybody but owner and group can read the file (`countersign.credentials_readable`).
pub struct FileSource {
    path: PathBuf,
    read: Arc<Mutex<Option<Stamp>>>,
}

/// The attributes that show a change of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
    /// Whether anybody but owner and group can read it.
    is_open: bool,
}

impl FileSource {
    /// The file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), read: Arc::default() }
    }
}

impl Stamp {
    fn of(file: &Metadata) -> Self {
        #[cfg(unix)]
        let (inode, is_open) = {
            use std::os::unix::fs::MetadataExt as _;
            (file.ino(), file.mode() & 0o007 != 0)
        };
        #[cfg(not(unix))]
        let (inode, is_open) = (0, false);
        Self { modified: file.modified().ok(), length: file.len(), inode, is_open }
    }

    /// How long to wait until the file is old enough; `None` if it is.
    fn unrest(&self) -> Option<Duration> {
        let age = SystemClock.now().duration_since(self.modified?).ok()?;
        QUIET.checked_sub(age)
    }
}

/// The result of a look at a file.
enum Look {
    Unchanged,
    /// The file may be half written: look again after this time.
    Young(Duration),
    Read(Zeroizing<Vec<u8>>, Stamp),
}

fn look(path: &PathBuf, read: Option<Stamp>) -> io::Result<Look> {
    let mut file = File::open(path)?;
    let stamp = Stamp::of(&file.metadata()?);
    if read == Some(stamp) {
        return Ok(Look::Unchanged);
    }
    if let Some(rest) = stamp.unrest() {
        return Ok(Look::Young(rest));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    file.by_ref().take(LIMIT as u64 + 1).read_to_end(&mut text)?;
    if Stamp::of(&file.metadata()?) != stamp {
        return Ok(Look::Young(QUIET));
    }
    Ok(Look::Read(text, stamp))
}

#[async_trait::async_trait]
impl CredentialSource for FileSource {
    async fn fetch(&self) -> Result<Option<CredentialSet>, Error> {
        let known = || lock(&self.read);
        loop {
            let (path, before) = (self.path.clone(), *known());
            // A file system may hang, e.g. on the network.
            let looked = tokio::task::spawn_blocking(move || look(&path, before)).await;
            let looked = looked.map_err(io::Error::other).and_then(|looked| looked);
            match looked.map_err(|source| Error::new(RotationFault::File).with_source(source))? {
                Look::Unchanged => return Ok(None),
                Look::Young(rest) => tokio::time::sleep(rest).await,
                Look::Read(text, stamp) => {
                    let set = CredentialSet::from_json(&text)?;
                    if stamp.is_open {
                        let path = self.path.display();
                        tracing::warn!(
                            name: "countersign.credentials_readable",
                            %path,
                            "others can read the file of the credentials"
                        );
                    }
                    *known() = Some(stamp);
                    return Ok(Some(set));
                }
            }
        }
    }

    fn fresh_for(&self) -> Duration {
        Duration::from_secs(5)
    }
}

impl fmt::Debug for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSource").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A command that prints the JSON that [`CredentialSet::from_json`] reads, such as Vault, a cloud's tool or a password
/// manager. It is run without a shell, and ended after 30 s. On Unix, its child processes end with it, unless they are
/// in another process group. Neither of its outputs is logged.
///
/// ```
/// use countersign::rotation::CommandSource;
///
/// let source = CommandSource::new("vault", ["kv", "get", "-format=json", "-field=data", "secret/netgiro"]);
/// ```
pub struct CommandSource {
    program: OsString,
    arguments: Vec<OsString>,
}

impl CommandSource {
    /// A program and its arguments. The program is looked up in `PATH` unless it is a path.
    pub fn new<A: Into<OsString>>(
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self { program: program.into(), arguments: arguments.into_iter().map(Into::into).collect() }
    }

    async fn run(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut command = tokio::process::Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.kill_on_drop(true).spawn()?;
        let group = Group::of(&child);
        let mut printed = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
        let mut output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?.take(LIMIT as u64 + 1);
        let ended = {
            let mut reading = pin!(output.read_to_end(&mut printed));
            let mut ending = pin!(child.wait());
            let first = poll_fn(|context| match reading.as_mut().poll(context) {
                Poll::Ready(read) => Poll::Ready(read.map(|_| None)),
                Poll::Pending => ending.as_mut().poll(context).map_ok(Some),
            });
            let ended = first.await?;
            if ended.is_some() {
                drop(group);
                // A process that has left the group may keep the output open for ever, so this does not wait for it.
                let _ = tokio::time::timeout(REST, reading).await;
            }
            ended
        };
        let ended = match ended {
            Some(ended) => ended,
            // A command that prints too much is not waited for.
            None if printed.len() > LIMIT => return Ok(printed),
            None => child.wait().await?,
        };
        if ended.success() { Ok(printed) } else { Err(io::Error::other("its exit status is not 0")) }
    }
}

/// How long the output is read after the command has ended.
const REST: Duration = Duration::from_millis(100);

/// A command and its child processes, which all end when this is dropped.
struct Group(#[cfg_attr(not(unix), expect(dead_code))] Option<u32>);

impl Group {
    fn of(leader: &tokio::process::Child) -> Self {
        Self(leader.id())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.0.and_then(|id| rustix::process::Pid::from_raw(id.try_into().ok()?)) {
            // Fails if all have ended.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

#[async_trait::async_trait]
impl CredentialSource for CommandSource {
    async fn fetch(&self) -> Result<Option<CredentialSet>, Error> {
        let printed =
            self.run().await.map_err(|source| Error::new(RotationFault::Command).with_source(source))?;
        CredentialSet::from_json(&printed).map(Some)
    }
}

/// The arguments may hold a secret.
impl fmt::Debug for CommandSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandSource").field("program", &self.program).finish_non_exhaustive()
    }
}

//! A real `redis-server` of the test's own.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A server on a free port of loopback that forgets nothing over a restart. Killed when dropped.
pub(crate) struct RedisServer {
    port: u16,
    directory: PathBuf,
    /// Settings of one test's, besides those of all.
    settings: Vec<String>,
    process: Option<Child>,
}

/// A free port of loopback.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl RedisServer {
    /// Starts a server; `None`, said aloud, where the program is absent. In CI its absence is a failure.
    pub(crate) fn start(test: &str) -> Option<Self> {
        Self::start_with(test, |_| Vec::new())
    }

    /// The same, with the settings that `settings` makes for its directory.
    pub(crate) fn start_with(test: &str, settings: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        let port = free_port();
        let directory = std::env::temp_dir().join(format!("countersign-redis-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let settings = settings(&directory);
        let mut server = Self { port, directory, settings, process: None };
        if server.spawn() {
            return Some(server);
        }
        assert!(std::env::var_os("CI").is_none(), "redis-server must be installed in CI");
        // Past the test harness, which keeps what a passing test prints.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: redis-server is not installed");
        None
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    pub(crate) fn restart(&mut self) {
        self.kill();
        assert!(self.spawn());
    }

    fn spawn(&mut self) -> bool {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--save", ""]);
        command.args(["--appendonly", "yes", "--appendfsync", "always", "--dir"]).arg(&self.directory);
        command.args(&self.settings);
        match command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            Ok(process) => self.process = Some(process),
            Err(error) if error.kind() == ErrorKind::NotFound => return false,
            Err(error) => panic!("redis-server does not start: {error}"),
        }
        self.await_pong();
        true
    }

    fn await_pong(&self) {
        for _ in 0..600 {
            let ping = || -> std::io::Result<[u8; 7]> {
                let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
                stream.write_all(b"PING\r\n")?;
                let mut answer = [0; 7];
                stream.read_exact(&mut answer)?;
                Ok(answer)
            };
            if ping().is_ok_and(|answer| &answer == b"+PONG\r\n") {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("redis-server does not answer");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

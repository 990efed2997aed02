//! Requirement 8: the proxy ends when nobody waits for it any more; and who may connect to its socket.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use super::support::{OK, Proxy, Reply, Upstream, read_whole};
use crate::support::{VARIABLES, tool};

#[test]
fn what_is_under_way_is_answered_before_the_end() {
    let (arrived, arrivals) = std::sync::mpsc::channel();
    let (go_on, held) = std::sync::mpsc::channel::<()>();
    let upstream = Upstream::serving(move |stream, request| {
        *request = read_whole(stream);
        arrived.send(()).unwrap();
        held.recv().unwrap();
        stream.write_all(OK.as_bytes()).unwrap();
    });
    let proxy = Proxy::to("vizion", &upstream);
    let mut stream = proxy.connect();
    // Kept alive by its client, it ends all the same.
    let head = format!("GET /vizion/a HTTP/1.1\r\nhost: {}\r\n\r\n", proxy.host());
    stream.write_all(head.as_bytes()).unwrap();
    arrivals.recv().unwrap();
    proxy.signal("TERM");
    let host = proxy.host().to_owned();
    while TcpStream::connect(&host).is_ok() {
        std::thread::yield_now();
    }
    go_on.send(()).unwrap();
    let reply = Reply::read(stream);
    assert_eq!((reply.status(), reply.body.as_slice()), (200, &b"ok"[..]));
    assert_eq!(proxy.ended().code(), Some(0));
}

#[test]
fn asked_twice_it_waits_for_nobody() {
    let (arrived, arrivals) = std::sync::mpsc::channel();
    let upstream = Upstream::serving(move |stream, request| {
        *request = read_whole(stream);
        arrived.send(()).unwrap();
        // Until the proxy goes away.
        let _ = stream.read(&mut [0]);
    });
    let proxy = Proxy::to("vizion", &upstream);
    let mut stream = proxy.connect();
    let head = format!("GET /vizion/a HTTP/1.1\r\nhost: {}\r\n\r\n", proxy.host());
    stream.write_all(head.as_bytes()).unwrap();
    arrivals.recv().unwrap();
    proxy.signal("INT");
    let host = proxy.host().to_owned();
    while TcpStream::connect(&host).is_ok() {
        std::thread::yield_now();
    }
    proxy.signal("INT");
    assert_eq!(proxy.ended().code(), Some(0));
}

#[test]
fn a_socket_is_for_one_user_alone() {
    let upstream = Upstream::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sock");
    let mut command = tool();
    command.envs(VARIABLES).args([
        "proxy",
        "--json",
        "vizion",
        "--listen",
        &format!("unix:{}", path.display()),
    ]);
    command.args(["--upstream", &format!("vizion={}", upstream.origin())]);
    let _proxy = Proxy::start_as(command);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for (host, status) in [("localhost", 200), ("evil.example", 421)] {
        let mut stream = UnixStream::connect(&path).unwrap();
        let head = format!("GET /vizion/a HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        assert_eq!(Reply::read(stream).status(), status, "{host}");
    }
}

#[test]
fn it_says_that_it_runs() {
    let proxy = Proxy::start(&["vizion"]);
    let reply = proxy.get("/healthz", "");
    assert_eq!((reply.status(), reply.body.as_slice()), (200, &b"ok\n"[..]));
}

#[test]
fn a_file_that_hangs_does_not_keep_it_from_ending() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vizion.json");
    std::fs::write(&file, r#"{"credentials": {"VIZION_API_KEY": "key"}}"#).unwrap();
    let mut command = tool();
    command.args(["proxy", "--json", "--listen", "127.0.0.1:0", "vizion", "--credentials"]);
    command.arg(format!("vizion=file:{}", file.display()));
    let proxy = Proxy::start_as(command);
    // Who opens it waits for somebody to write.
    std::fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    proxy.signal("HUP");
    std::thread::sleep(std::time::Duration::from_millis(500));
    proxy.signal("TERM");
    assert_eq!(proxy.ended().code(), Some(0));
}

#[test]
fn a_socket_of_a_successors_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sock");
    let start = || {
        let mut command = tool();
        let address = format!("unix:{}", path.display());
        command.envs(VARIABLES).args(["proxy", "--json", "vizion", "--listen", &address]);
        Proxy::start_as(command)
    };
    let first = start();
    std::fs::remove_file(&path).unwrap();
    let _second = start();
    first.signal("TERM");
    assert_eq!(first.ended().code(), Some(0));
    UnixStream::connect(&path).unwrap();
}

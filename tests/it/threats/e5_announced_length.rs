//! E5: the `Content-Length` of a reply that nobody has verified yet makes no room, whatever the limit, and a reply that memory
//! cannot hold is an error. `tests/memory.rs` measures what is reserved ahead.

use std::process::Command;

use countersign::Error;

use crate::support::chains::fault;
use crate::support::netgiro::{client, provider, reply};
use crate::support::server::{Server, Step};

/// Set in a process that has little memory.
const LITTLE_MEMORY: &str = "COUNTERSIGN_TEST_LITTLE_MEMORY";

#[tokio::test]
async fn e5_what_is_announced_and_never_sent_takes_no_memory() {
    let server = Server::start(|request, _| {
        let announced = reply(&request.url(), "").header("content-length", request.target[1..].to_owned());
        vec![Step::Send(announced.head()), Step::Send(vec![b' '; 100_000]), Step::Close]
    })
    .await;
    let client = client(provider(server.origin()).reply_limit(usize::MAX));
    for announced in [1 << 50, isize::MAX as usize] {
        let error = client.get(server.url(&format!("/{announced}"))).send().await.unwrap_err();
        assert!(Error::find(&error).is_none(), "the connection broke: {error:?}");
    }
}

/// The other half of the test below, when that one starts it.
#[tokio::test]
async fn e5_read_without_end() {
    if std::env::var_os(LITTLE_MEMORY).is_none() {
        return;
    }
    let server = Server::start(|request, _| {
        let head = reply(&request.url(), "").header("transfer-encoding", "chunked").head();
        let chunk = [b"100000\r\n".as_slice(), &[b' '; 0x10_0000], b"\r\n"].concat();
        vec![Step::Send(head), Step::Endless(chunk)]
    })
    .await;
    let client = client(provider(server.origin()).reply_limit(usize::MAX));
    let error = client.get(server.url("/")).send().await.unwrap_err();
    assert_eq!(fault(&error).code(), "reply-out-of-memory");
    println!("refused");
}

#[cfg(unix)]
#[test]
fn e5_a_reply_that_memory_cannot_hold_ends_in_an_error_and_not_the_process() {
    let output = Command::new("sh")
        .args(["-c", r#"ulimit -v 250000 && exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "threats::e5_announced_length::e5_read_without_end"])
        .env(LITTLE_MEMORY, "1")
        // Else each thread sets aside 64 MiB of addresses.
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("refused"));
}

//! Requirement 7: for the programs of a machine, the proxy is the one place that knows what each of them has under way.

use std::io::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use super::support::{OK, Proxy, Reply, read_whole};

/// Whether a second call arrives while the first is not answered.
fn second_arrives(provider: &str) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = listener.local_addr().unwrap();
    let proxy = Proxy::start(&[provider, "--upstream", &format!("{provider}=http://{origin}")]);
    let call = || {
        let mut stream = proxy.connect();
        let host = proxy.host();
        let head =
            format!("GET /{provider}/customerlist.nv HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let first = call();
    let (mut answered, _) = listener.accept().unwrap();
    read_whole(&mut answered);
    let second = call();
    listener.set_nonblocking(true).unwrap();
    let mut early = None;
    for _ in 0..70 {
        early = early.or_else(|| listener.accept().ok());
        std::thread::sleep(Duration::from_millis(10));
    }
    let arrives = early.is_some();
    listener.set_nonblocking(false).unwrap();
    answered.write_all(OK.as_bytes()).unwrap();
    assert_eq!(Reply::read(first).status(), 200);
    let mut stream = early.map_or_else(|| listener.accept().unwrap().0, |(stream, _)| stream);
    stream.set_nonblocking(false).unwrap();
    read_whole(&mut stream);
    stream.write_all(OK.as_bytes()).unwrap();
    assert_eq!(Reply::read(second).status(), 200);
    arrives
}

#[test]
fn calls_of_one_company_run_one_at_a_time_where_its_contract_says_so() {
    assert!(!second_arrives("netvisor"));
    assert!(second_arrives("unleashed"));
}

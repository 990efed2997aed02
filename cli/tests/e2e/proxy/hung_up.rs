//! A delivery is the application's from when it was handed on, whether or not its sender waits.

use std::io::Write as _;
use std::net::Shutdown;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::sleep;
use std::time::Duration;

use super::received::{before_recorded, deliver, delivery, outside};
use super::support::{OK, Proxy, Upstream, connect, read_whole};

/// An application that says when a delivery has arrived, and answers when it is told to.
pub(super) fn held() -> (Upstream, Receiver<()>, Sender<&'static str>) {
    let (arrived, arrivals) = channel();
    let (answer, answers) = channel::<&str>();
    let application = Upstream::serving(move |stream, request| {
        *request = read_whole(stream);
        arrived.send(()).unwrap();
        stream.write_all(answers.recv().unwrap().as_bytes()).unwrap();
    });
    (application, arrivals, answer)
}

/// Sends a delivery and leaves when the application has it.
fn leave(proxy: &Proxy, delivery: &str, arrivals: &Receiver<()>) {
    let mut stream = connect(outside(proxy));
    stream.write_all(delivery.as_bytes()).unwrap();
    arrivals.recv().unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    // The proxy has heard of that once it has heard of what came later.
    assert_eq!(deliver(proxy, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").status(), 401);
    proxy.note();
}

#[test]
fn a_delivery_whose_sender_hangs_up_is_not_handed_on_again_while_the_application_has_it() {
    let sent = delivery("vizion", "/hook", &[]);
    let (application, arrivals, answer) = held();
    let proxy = before_recorded("vizion", &application, &sent);
    leave(&proxy, &sent, &arrivals);
    let meanwhile = deliver(&proxy, &sent);
    answer.send(OK).unwrap();
    assert_eq!(meanwhile.status(), 401, "the application has it");
    application.request();
    // What it answered is remembered, though nobody was there to hear it.
    let settled = (0..100).any(|_| {
        sleep(Duration::from_millis(50));
        deliver(&proxy, &sent).status() == 200
    });
    assert!(settled);
    assert_eq!(application.others(), 0);
}

#[test]
fn a_retry_is_let_in_when_the_application_failed_after_the_sender_hung_up() {
    let sent = delivery("vizion", "/hook", &[]);
    let (application, arrivals, answer) = held();
    let proxy = before_recorded("vizion", &application, &sent);
    leave(&proxy, &sent, &arrivals);
    let failed = "HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    for text in [failed, OK] {
        answer.send(text).unwrap();
    }
    application.request();
    let taken = (0..100).any(|_| {
        sleep(Duration::from_millis(50));
        deliver(&proxy, &sent).status() == 200
    });
    assert!(taken);
    application.request();
}

#[test]
fn the_end_waits_for_a_delivery_that_the_application_has_whoever_left() {
    let sent = delivery("vizion", "/hook", &[]);
    let (application, arrivals, answer) = held();
    let mut proxy = before_recorded("vizion", &application, &sent);
    leave(&proxy, &sent, &arrivals);
    proxy.signal("TERM");
    sleep(Duration::from_millis(500));
    assert!(proxy.runs(), "the application was left alone");
    answer.send(OK).unwrap();
    assert_eq!(proxy.ended().code(), Some(0));
}

//! What Netvisor's bodies say.

use countersign::netvisor::Root;
use serde::Deserialize;

#[derive(Debug, PartialEq, Deserialize)]
struct Customers {
    #[serde(rename = "Customerlist")]
    list: List,
}

#[derive(Debug, PartialEq, Deserialize)]
struct List {
    #[serde(rename = "Customer")]
    customers: Vec<Customer>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Customer {
    #[serde(rename = "Name")]
    name: String,
}

fn read(body: &[u8]) -> Result<Vec<String>, &'static str> {
    let root = Root::<Customers>::from_slice(body).map_err(|error| error.code())?;
    Ok(root.data.list.customers.into_iter().map(|customer| customer.name).collect())
}

#[test]
fn the_rest_of_the_root_is_read_in_the_charset_that_is_declared() {
    let list = |name: &[u8]| {
        let start = b"<Root><ResponseStatus><Status>OK</Status><TimeStamp>26.3.2024 6.48.51</TimeStamp></ResponseStatus>\
            <Customerlist><Customer><Netvisorkey>1</Netvisorkey><Name>";
        [
            &start[..],
            name,
            b"</Name></Customer><Customer><Name>B &amp; S</Name></Customer></Customerlist></Root>",
        ]
        .concat()
    };
    for body in [
        list("Äyriäinen".as_bytes()),
        [
            b"<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n",
            &*list("Äyriäinen".as_bytes()),
        ]
        .concat(),
        [b"<?xml version='1.0' encoding='ISO-8859-15'?>", &*list(b"\xc4yri\xe4inen")].concat(),
    ] {
        assert_eq!(read(&body), Ok(vec!["Äyriäinen".to_owned(), "B & S".to_owned()]));
    }
}

#[test]
fn a_failure_and_what_is_no_reply_are_errors() {
    let failed = b"<Root><ResponseStatus><Status>FAILED</Status><Status>INVALID_DATA :: x</Status></ResponseStatus></Root>";
    assert_eq!(read(failed), Err("netvisor-failed"));
    for body in ["", "{}", "<html>", "<Root><ResponseStatus><Status>OK</Status></ResponseStatus></Root>"] {
        assert_eq!(read(body.as_bytes()), Err("netvisor-reply-unreadable"), "{body}");
    }
    let bare = b"<Root><Customerlist><Customer><Name>A</Name></Customer></Customerlist></Root>";
    assert_eq!(Root::<Customers>::from_slice(bare).unwrap().status, None);
}

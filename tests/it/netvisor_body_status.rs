//! The status of Netvisor's replies, read off their bytes.

use countersign::netvisor::{FailureCode, ResponseStatus};

fn read(body: &str) -> Result<Option<ResponseStatus>, &'static str> {
    ResponseStatus::from_slice(body.as_bytes()).map_err(|error| error.code())
}

#[test]
fn only_the_status_of_the_response_counts() {
    let ok = "<?xml version='1.0' encoding='utf-8' standalone='yes'?><Root><ResponseStatus><Status>OK</Status>\
        <TimeStamp>26.3.2024 6.48.51</TimeStamp></ResponseStatus><Status>FAILED</Status></Root>";
    assert_eq!(read(ok), Ok(Some(ResponseStatus::Ok)));
    let data = "<Root><Voucher><ResponseStatus><Status>FAILED</Status></ResponseStatus>\
        <BankStatus>FAILED</BankStatus></Voucher></Root>";
    assert_eq!(read(data), Ok(None));
    assert_eq!(read("<Replies><InsertedDataIdentifier>1</InsertedDataIdentifier></Replies>"), Ok(None));
    for empty in ["<Root></Root>", "<Root/>", "<?xml version='1.0'?><Root />", "<Root><Customers/></Root>"] {
        assert_eq!(read(empty), Ok(None), "{empty}");
    }
}

#[test]
fn nothing_after_the_status_is_read() {
    let cut = "<Root><ResponseStatus><Status>OK</Status></ResponseStatus><Customers><Cust";
    assert_eq!(read(cut), Ok(Some(ResponseStatus::Ok)));
}

#[test]
fn text_is_put_together_from_its_parts() {
    let failed = "<Root><ResponseStatus><Status> FAILED </Status>\
        <Status>INVALID_DATA :: a &amp; b &#228;<![CDATA[ <c>]]></Status></ResponseStatus></Root>";
    let Ok(Some(ResponseStatus::Failed(failure))) = read(failed) else { panic!() };
    assert_eq!((failure.code, failure.text.as_str()), (FailureCode::InvalidData, "a & b ä <c>"));
}

#[test]
fn declared_charset_is_used() {
    let mut body =
        b"<?xml version='1.0' encoding='ISO-8859-15'?><Root><ResponseStatus><Status>FAILED</Status>\
        <Status>INVALID_DATA :: "
            .to_vec();
    body.push(0xe4);
    body.extend(b"</Status></ResponseStatus></Root>");
    let Ok(Some(ResponseStatus::Failed(failure))) = ResponseStatus::from_slice(&body) else { panic!() };
    assert_eq!(failure.text, "ä");
}

#[test]
fn what_is_no_reply_is_an_error() {
    for body in [
        "",
        "hello",
        "<html><body>502",
        "<Root></Wrong>",
        "<Root><ResponseStatus><Status>MAYBE</Status></ResponseStatus></Root>",
    ] {
        assert_eq!(read(body), Err("netvisor-reply-unreadable"), "{body}");
    }
}

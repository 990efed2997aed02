//! What Netgíró's bodies say.

use countersign::netgiro::{ApiResponse, Failure, ResultCode, SimpleResponse};
use serde::Deserialize;

#[test]
fn json_and_xml_say_the_same() {
    let json = br#" {"Success":false,"Message":"No","ResultCode":10302,"Extra":[1]}"#;
    let xml = br#"<?xml version="1.0"?><ApiResponse xmlns="http://schemas.datacontract.org/2004/07/Api"><Message>No</Message><ResultCode>10302</ResultCode><Success>false</Success></ApiResponse>"#;
    for body in [&json[..], xml] {
        let said = SimpleResponse::from_slice(body).unwrap();
        assert_eq!((said.success, said.message.as_deref()), (false, Some("No")));
        assert_eq!(said.result_code, ResultCode::CustomerDeclined10302);
    }
}

#[test]
fn e3_nothing_may_follow_the_root() {
    for root in [
        r#"{"Success":true,"ResultCode":10200}"#,
        "<ApiResponse><Success>true</Success><ResultCode>10200</ResultCode></ApiResponse>",
        "<?xml version=\"1.0\"?>\n<ApiResponse><Success>true</Success><ResultCode>10200</ResultCode></ApiResponse>",
    ] {
        let read = |end: &str| {
            let body = format!("{root}{end}");
            let [simple, api] = [
                SimpleResponse::from_slice(body.as_bytes()),
                ApiResponse::<serde::de::IgnoredAny>::from_slice(body.as_bytes()).map(|read| read.response),
            ];
            assert_eq!(simple.as_ref().ok(), api.as_ref().ok(), "{body}");
            simple.map_err(|error| error.code())
        };
        for honest in ["", "\n", " \r\n\t"] {
            assert_eq!(read(honest).unwrap().result_code, ResultCode::PaymentCompleted, "{root}{honest:?}");
        }
        for more in [
            "1000881E674F-7891-4C20-AFD8-56FE2624C4B5",
            "\n1",
            "<a/>",
            "\n<a></a>",
            "{}",
            root,
            "&amp;",
            "<",
            "]",
        ] {
            assert_eq!(read(more), Err("netgiro-reply-unreadable"), "{root}{more}");
        }
    }
}

#[test]
fn a_no_is_an_error_that_says_why() {
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Cart {
        #[expect(dead_code, reason = "only its absence is looked at")]
        transaction_id: String,
    }
    for (reply, code, text) in [
        (
            r#"{"Success":false,"Message":"Not\nfound","ResultCode":10306}"#,
            "netgiro-failed",
            r"netgiro: Netgíró answered 10306 (CustomerDoesNotExist): Not\nfound",
        ),
        (
            r#"{"Success":false,"ResultCode":10307}"#,
            "netgiro-declined",
            "netgiro: Netgíró answered 10307 (CustomerDeclined10307)",
        ),
        (r#"{"Success":false,"ResultCode":7}"#, "netgiro-failed", "netgiro: Netgíró answered 7 (Unknown(7))"),
    ] {
        let error = ApiResponse::<Cart>::from_slice(reply.as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (code, text));
        let said = &error.fault::<Failure>().unwrap().response;
        assert_eq!(*said, SimpleResponse::from_slice(reply.as_bytes()).unwrap());
        assert_eq!(error.next_step().starts_with("Offer"), code == "netgiro-declined");
    }
    let lacking = ApiResponse::<Cart>::from_slice(br#"{"Success":true,"ResultCode":200}"#).unwrap_err();
    assert_eq!(lacking.code(), "netgiro-reply-unreadable");
}

#[test]
fn a_new_code_is_kept_and_a_missing_field_is_an_error() {
    let reply = SimpleResponse::from_slice(br#"{"Success":true,"ResultCode":7}"#).unwrap();
    assert_eq!(i32::from(reply.result_code), 7);
    assert_eq!(SimpleResponse::from_slice(b"{}").unwrap_err().code(), "netgiro-reply-unreadable");
    assert_eq!(SimpleResponse::from_slice(b"").unwrap_err().code(), "netgiro-reply-unreadable");
}

#[test]
fn four_codes_say_that_the_customer_declined() {
    let declined: Vec<_> = (0..20_000).filter(|code| ResultCode::from(*code).is_declined()).collect();
    assert_eq!(declined, [10302, 10307, 10422, 10423]);
}

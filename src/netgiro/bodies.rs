//! What a verified reply says, in JSON or XML.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Failure;
use super::credentials::NAME;
use crate::error::{Effect, Error};
use crate::fault::faults;

/// The three fields that every reply has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SimpleResponse {
    /// Whether the call did what it was asked to.
    pub success: bool,
    /// The result in words, where there are any.
    #[serde(default)]
    pub message: Option<String>,
    /// The result in detail.
    pub result_code: ResultCode,
}

/// A reply with the fields of its call: `T` has those that are wanted, named as Netgíró names them.
///
/// ```
/// use countersign::netgiro::{ApiResponse, ResultCode};
///
/// #[derive(Debug, serde::Deserialize)]
/// #[serde(rename_all = "PascalCase")]
/// struct Cart {
///     transaction_id: String,
/// }
///
/// let body = br#"{"Success":true,"ResultCode":10425,"TransactionId":"881E674F"}"#;
/// let cart = ApiResponse::<Cart>::from_slice(body)?;
/// assert_eq!(cart.response.result_code, ResultCode::PendingCustomerConfirmation);
/// assert_eq!(cart.data.transaction_id, "881E674F");
///
/// let declined = br#"{"Success":false,"Message":"Declined","ResultCode":10302}"#;
/// assert_eq!(ApiResponse::<Cart>::from_slice(declined).unwrap_err().code(), "netgiro-declined");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiResponse<T> {
    /// The fields that every reply has.
    pub response: SimpleResponse,
    /// The fields of this call.
    pub data: T,
}

impl SimpleResponse {
    /// Reads a reply's body, JSON or XML (told by its first character), in UTF-8. One that says `Success: false` is read,
    /// too: see [`SimpleResponse::success`].
    ///
    /// # Errors
    /// `netgiro-reply-unreadable`, when it is neither, lacks a field, or something follows it.
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        read(body)
    }
}

impl<T: DeserializeOwned> ApiResponse<T> {
    /// Reads a reply's body, JSON or XML (told by its first character), in UTF-8.
    ///
    /// # Errors
    /// `netgiro-declined` and `netgiro-failed`, with the [`Failure`] as [`Error::fault`], when it says `Success: false`: such
    /// a reply lacks the fields of its call. `netgiro-reply-unreadable`, when it is neither, lacks a field, or something follows
    /// it; where it says `Success: true` all the same, the [`effect`](Error::effect) is [`Effect::Done`].
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        let response: SimpleResponse = read(body)?;
        if !response.success {
            return Err(Error::new(Failure { response }).in_provider(NAME));
        }
        // The provider has said yes, whatever the fields of the call are.
        let data = read(body).map_err(|error| error.with_effect(Effect::Done))?;
        Ok(Self { response, data })
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let unreadable = || Error::new(BodyFault::Unreadable).in_provider(NAME);
    let trimmed = body.trim_ascii();
    if trimmed.starts_with(b"<") {
        // quick-xml takes the white space behind a declaration for the document, where nothing of that is wanted.
        let is_declared = trimmed.starts_with(b"<?xml");
        let behind = trimmed.windows(2).position(|end| end == b"?>").filter(|_| is_declared);
        let root = behind.and_then(|end| trimmed.get(end + 2..)).unwrap_or(trimmed).trim_ascii_start();
        let mut xml = quick_xml::de::Deserializer::from_reader(root);
        let read = T::deserialize(&mut xml).map_err(|source| unreadable().with_source(source))?;
        // The reader stops where the root ends: what is behind it is not of this document.
        if xml.is_empty() {
            Ok(read)
        } else {
            Err(unreadable().with_note("something follows the root element"))
        }
    } else {
        serde_json::from_slice(body).map_err(|source| unreadable().with_source(source))
    }
}

faults! {
    #[derive(Debug)]
    pub(super) enum BodyFault {
        Unreadable = Unreadable, "netgiro-reply-unreadable", "the reply is not the JSON or XML that was expected",
            "Compare the fields with the vendor's page for this call; the error underneath says where it stopped. The request may \
             have taken effect.";
    }
}

/// Netgíró's result codes, as the vendor lists them.
///
/// ```
/// use countersign::netgiro::{ResultCode, SimpleResponse};
///
/// let reply = SimpleResponse::from_slice(br#"{"Success":true,"ResultCode":10200}"#)?;
/// assert_eq!(i32::from(reply.result_code), 10200);
/// assert!(ResultCode::from(10302).is_declined()); // by the customer
/// assert_eq!(ResultCode::from(7), ResultCode::Unknown(7)); // one that the vendor has added since
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "i32")]
#[non_exhaustive]
pub enum ResultCode {
    /// 200: done.
    Success,
    /// 400: a generic error; the message says more.
    GenericError,
    /// 10200: the payment is completed.
    PaymentCompleted,
    /// 10201: the payment is cancelled.
    PaymentCanceled,
    /// 10202: the payment had been cancelled before.
    PaymentAlreadyCanceled,
    /// 10203: the payment had been confirmed before.
    PaymentAlreadyConfirmed,
    /// 10302: the customer declined the payment.
    CustomerDeclined10302,
    /// 10304: the cart is not valid.
    CartNotValid,
    /// 10305: the amount is below the minimum.
    MinimumAmount,
    /// 10306: there is no such customer.
    CustomerDoesNotExist,
    /// 10307: the customer declined the payment.
    CustomerDeclined10307,
    /// 10422: the customer declined the payment.
    CustomerDeclined10422,
    /// 10423: the customer declined the payment.
    CustomerDeclined10423,
    /// 10424: there is no such cart.
    CartNotFound,
    /// 10425: the customer has yet to confirm, in the app.
    PendingCustomerConfirmation,
    /// 10426: reserved; the provider has yet to call `ConfirmCart`.
    PendingProviderConfirmation,
    /// 10427: the confirmation type is not valid.
    ConfirmationTypeNotValid,
    /// 10428: the customer's SMS code is needed too.
    AdditionalConfirmationNeeded,
    /// 10429: reserved; Netgíró waits for the provider's callback to answer.
    PendingCallbackResponse,
    /// A code that the vendor's list does not have.
    Unknown(i32),
}

const KNOWN: [(i32, ResultCode); 19] = [
    (200, ResultCode::Success),
    (400, ResultCode::GenericError),
    (10200, ResultCode::PaymentCompleted),
    (10201, ResultCode::PaymentCanceled),
    (10202, ResultCode::PaymentAlreadyCanceled),
    (10203, ResultCode::PaymentAlreadyConfirmed),
    (10302, ResultCode::CustomerDeclined10302),
    (10304, ResultCode::CartNotValid),
    (10305, ResultCode::MinimumAmount),
    (10306, ResultCode::CustomerDoesNotExist),
    (10307, ResultCode::CustomerDeclined10307),
    (10422, ResultCode::CustomerDeclined10422),
    (10423, ResultCode::CustomerDeclined10423),
    (10424, ResultCode::CartNotFound),
    (10425, ResultCode::PendingCustomerConfirmation),
    (10426, ResultCode::PendingProviderConfirmation),
    (10427, ResultCode::ConfirmationTypeNotValid),
    (10428, ResultCode::AdditionalConfirmationNeeded),
    (10429, ResultCode::PendingCallbackResponse),
];

impl From<i32> for ResultCode {
    fn from(code: i32) -> Self {
        let known = KNOWN.into_iter().find(|(number, _)| *number == code);
        known.map_or(Self::Unknown(code), |(_, known)| known)
    }
}

impl From<ResultCode> for i32 {
    fn from(code: ResultCode) -> Self {
        match code {
            ResultCode::Unknown(number) => number,
            known => KNOWN.into_iter().find(|(_, code)| *code == known).map_or(0, |(number, _)| number),
        }
    }
}

impl ResultCode {
    /// Whether the customer declined, for which the vendor has four codes.
    #[must_use]
    pub fn is_declined(self) -> bool {
        matches!(
            self,
            Self::CustomerDeclined10302
                | Self::CustomerDeclined10307
                | Self::CustomerDeclined10422
                | Self::CustomerDeclined10423
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_xml_say_the_same() {
        let json = br#" {"Success":false,"Message":"No","ResultCode":10302,"Extra":[1]}"#;
        let xml = br#"<?xml version="1.0"?><ApiResponse xmlns="http://schemas.datacontract.org/2004/07/Api"><Message>No</Message><ResultCode>10302</ResultCode><Success>false</Success></ApiResponse>"#;
        let expected = SimpleResponse {
            success: false,
            message: Some("No".into()),
            result_code: ResultCode::CustomerDeclined10302,
        };
        assert_eq!(SimpleResponse::from_slice(json).unwrap(), expected);
        assert_eq!(SimpleResponse::from_slice(xml).unwrap(), expected);
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
                    ApiResponse::<serde::de::IgnoredAny>::from_slice(body.as_bytes())
                        .map(|read| read.response),
                ];
                assert_eq!(simple.as_ref().ok(), api.as_ref().ok(), "{body}");
                simple.map_err(|error| error.code())
            };
            for honest in ["", "\n", " \r\n\t"] {
                assert_eq!(
                    read(honest).unwrap().result_code,
                    ResultCode::PaymentCompleted,
                    "{root}{honest:?}"
                );
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
            (
                r#"{"Success":false,"ResultCode":7}"#,
                "netgiro-failed",
                "netgiro: Netgíró answered 7 (Unknown(7))",
            ),
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
}

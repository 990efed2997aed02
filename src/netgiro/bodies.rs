//! Reads verified replies, in JSON or XML.

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
    /// Whether the call succeeded.
    pub success: bool,
    /// The result in words, if the reply has them.
    #[serde(default)]
    pub message: Option<String>,
    /// The result in detail.
    pub result_code: ResultCode,
}

/// A reply with the fields of its call: `T` has the fields that you want, named as Netgíró names them.
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
    /// Reads a reply's body in UTF-8, JSON or XML (recognised by its first character). Also reads a reply that says
    /// `Success: false`: see [`SimpleResponse::success`].
    ///
    /// # Errors
    /// `netgiro-reply-unreadable`, if the body is neither, lacks a field, or something follows it.
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        read(body)
    }
}

impl<T: DeserializeOwned> ApiResponse<T> {
    /// Reads a reply's body in UTF-8, JSON or XML (recognised by its first character).
    ///
    /// # Errors
    /// `netgiro-declined` and `netgiro-failed`, with the [`Failure`] as [`Error::fault`], if the reply says `Success:
    /// false`: such a reply lacks the fields of its call. `netgiro-reply-unreadable`, if the body is neither, lacks a
    /// field, or something follows it. If such a reply still says `Success: true`, the [`effect`](Error::effect) is
    /// [`Effect::Done`].
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        let response: SimpleResponse = read(body)?;
        if !response.success {
            return Err(Error::new(Failure { response }).in_provider(NAME));
        }
        // The call has succeeded, even if its fields cannot be read.
        let data = read(body).map_err(|error| error.with_effect(Effect::Done))?;
        Ok(Self { response, data })
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let unreadable = || Error::new(BodyFault::Unreadable).in_provider(NAME);
    let trimmed = body.trim_ascii();
    if trimmed.starts_with(b"<") {
        // If `T` wants no fields, quick-xml takes the white space behind a declaration for the document.
        let is_declared = trimmed.starts_with(b"<?xml");
        let behind = trimmed.windows(2).position(|end| end == b"?>").filter(|_| is_declared);
        let root = behind.and_then(|end| trimmed.get(end + 2..)).unwrap_or(trimmed).trim_ascii_start();
        let mut xml = quick_xml::de::Deserializer::from_reader(root);
        let read = T::deserialize(&mut xml).map_err(|source| unreadable().with_source(source))?;
        // The reader stops at the end of the root, so nothing may follow it.
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
    /// A code that is not in the vendor's list.
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
    /// Whether the customer declined. The vendor has four codes for this.
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

//! Reads `Root/ResponseStatus` off a reply.

use std::borrow::Cow;

use encoding_rs::UTF_8;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::Failure;
use super::credentials::NAME;
use crate::error::Error;
use crate::fault::faults;

/// Netvisor's status of a request. The HTTP status does not tell: without the header `UseHTTPResponseStatusCodes`, a
/// failure is a 200.
///
/// ```
/// use countersign::netvisor::{FailureCode, ResponseStatus};
///
/// let body = b"<Root><ResponseStatus><Status>FAILED</Status>\
///              <Status>INVALID_DATA :: No such customer</Status></ResponseStatus></Root>";
/// let Some(ResponseStatus::Failed(failure)) = ResponseStatus::from_slice(body)? else { unreachable!() };
/// assert_eq!((failure.code, &*failure.text), (FailureCode::InvalidData, "No such customer"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseStatus {
    /// `OK`.
    Ok,
    /// `FAILED`, and why.
    Failed(Failure),
}

/// A status stands near the start of a reply. If it does not end within this many bytes, it counts as absent.
pub(super) const STATUS_WITHIN: usize = 64 * 1024;

/// How far a reply could be read.
#[derive(Debug)]
pub(super) enum Scan {
    Found(ResponseStatus),
    /// The document has ended without a status, like some of Netvisor's.
    Absent,
    /// The bytes end before a status or the end of the document.
    Incomplete,
}

impl ResponseStatus {
    /// Reads the status off a reply's body, up to the end of `ResponseStatus` and no further. Looks at
    /// `Root/ResponseStatus/Status` only, since data may hold elements like `<BankStatus>FAILED</BankStatus>`. `None`
    /// if there is no status within the first 64 KiB. The charset is the one that the XML declares, otherwise UTF-8.
    ///
    /// ```
    /// use countersign::netvisor::{FailureCode, ResponseStatus};
    ///
    /// let reply = b"<Root><ResponseStatus><Status>FAILED</Status>\
    ///     <Status>AUTHENTICATION_FAILED :: Integration keys are not valid</Status></ResponseStatus></Root>";
    /// let Some(ResponseStatus::Failed(failure)) = ResponseStatus::from_slice(reply)? else { panic!() };
    /// assert_eq!(failure.code, FailureCode::AuthenticationFailed);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    ///
    /// # Errors
    /// `netvisor-reply-unreadable`, if the body is not XML, ends too early, or has a status other than `OK` or `FAILED`.
    pub fn from_slice(body: &[u8]) -> Result<Option<Self>, Error> {
        let start = body.get(..STATUS_WITHIN);
        match scan(start.unwrap_or(body))? {
            Scan::Found(status) => Ok(Some(status)),
            Scan::Absent => Ok(None),
            Scan::Incomplete if start.is_some() => Ok(None),
            Scan::Incomplete => Err(unreadable()),
        }
    }
}

/// Reads as far as the bytes go. If they end, or cannot be read on, the reply is incomplete: a cut inside a tag or a
/// character looks like an error.
///
/// # Errors
/// If there is a status that is neither `OK` nor `FAILED`.
pub(super) fn scan(body: &[u8]) -> Result<Scan, Error> {
    let text = decode(body);
    let mut reader = Reader::from_str(&text);
    // `<Root/>` is a complete document, just like `<Root></Root>`.
    reader.config_mut().expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut statuses: Vec<String> = Vec::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                if is_status(&path) {
                    statuses.push(String::new());
                }
            }
            Event::End(_) => {
                if is_path(&path, &["Root", "ResponseStatus"]) {
                    return judge(&statuses).map(Scan::Found);
                }
                path.pop();
                if path.is_empty() {
                    return Ok(Scan::Absent);
                }
            }
            Event::Text(text) if is_status(&path) => append(&mut statuses, &text),
            Event::CData(text) if is_status(&path) => append(&mut statuses, &text),
            Event::GeneralRef(reference) if is_status(&path) => {
                match (reference.resolve_char_ref(), resolve_predefined_entity(&reference)) {
                    (Ok(Some(character)), _) => append(&mut statuses, character.encode_utf8(&mut [0; 4])),
                    (_, Some(text)) => append(&mut statuses, text),
                    _ => return Err(unreadable()),
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(Scan::Incomplete)
}

/// Decodes by the byte order mark or the XML declaration, otherwise as UTF-8. Malformed bytes become U+FFFD.
pub(super) fn decode(body: &[u8]) -> Cow<'_, str> {
    let declared = match Reader::from_reader(body).read_event() {
        Ok(Event::Decl(declaration)) => declaration.encoder(),
        _ => None,
    };
    declared.unwrap_or(UTF_8).decode(body).0
}

fn is_status(path: &[String]) -> bool {
    is_path(path, &["Root", "ResponseStatus", "Status"])
}

fn is_path(path: &[String], names: &[&str]) -> bool {
    path.iter().map(String::as_str).eq(names.iter().copied())
}

fn append(statuses: &mut [String], text: &str) {
    if let Some(status) = statuses.last_mut() {
        status.push_str(text);
    }
}

fn judge(statuses: &[String]) -> Result<ResponseStatus, Error> {
    let mut statuses = statuses.iter().map(|status| status.trim());
    match (statuses.next(), statuses.next()) {
        (Some("OK"), _) => Ok(ResponseStatus::Ok),
        (Some("FAILED"), reason) => Ok(ResponseStatus::Failed(Failure::parse(reason.unwrap_or_default()))),
        _ => Err(unreadable()),
    }
}

pub(super) fn unreadable() -> Error {
    Error::new(StatusFault::Unreadable).in_provider(NAME)
}

faults! {
    #[derive(Debug)]
    pub(super) enum StatusFault {
        Unreadable = Unreadable, "netvisor-reply-unreadable",
            "the reply's status cannot be read: it is not the XML that Netvisor sends",
            "See whether something between you and Netvisor answered, or cut the reply off; the request may have taken effect.";
    }
}

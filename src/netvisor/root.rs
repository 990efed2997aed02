//! Whole replies.

use serde::de::DeserializeOwned;

use super::ResponseStatus;
use super::credentials::NAME;
use super::status::{self, decode};
use crate::error::Error;

/// A reply: its status, and the rest of its root. `T` has the elements that you want.
///
/// ```
/// use countersign::netvisor::Root;
///
/// #[derive(serde::Deserialize)]
/// struct Inserted {
///     #[serde(rename = "Replies")]
///     replies: Replies,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Replies {
///     #[serde(rename = "InsertedDataIdentifier")]
///     id: u64,
/// }
///
/// let reply = b"<Root><ResponseStatus><Status>OK</Status></ResponseStatus>\
///     <Replies><InsertedDataIdentifier>123</InsertedDataIdentifier></Replies></Root>";
/// assert_eq!(Root::<Inserted>::from_slice(reply)?.data.replies.id, 123);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Root<T> {
    /// `OK`; `None` if the reply has no status, like some of Netvisor's.
    pub status: Option<ResponseStatus>,
    /// The rest of the root.
    pub data: T,
}

impl<T: DeserializeOwned> Root<T> {
    /// Reads a reply's body, in the charset that its XML declares.
    ///
    /// # Errors
    /// `netvisor-failed` and the like, with the [`Failure`](super::Failure) as [`Error::fault`], if the reply says
    /// `FAILED`. `netvisor-reply-unreadable`, if the body is no reply of Netvisor's, or lacks an element of `T`.
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        let status = ResponseStatus::from_slice(body)?;
        if let Some(ResponseStatus::Failed(failure)) = status {
            return Err(Error::new(failure).in_provider(NAME));
        }
        let text = decode(body);
        // The declaration goes: the text is already decoded.
        let root = text.split_once("?>").map_or(&*text, |(_, root)| root).trim_start();
        let data = T::deserialize(&mut quick_xml::de::Deserializer::from_str(root));
        let data = data.map_err(|source| status::unreadable().with_source(source))?;
        Ok(Self { status, data })
    }
}

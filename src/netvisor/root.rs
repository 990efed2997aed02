//! A whole reply.

use serde::de::DeserializeOwned;

use super::ResponseStatus;
use super::credentials::NAME;
use super::status::{self, decode};
use crate::error::Error;

/// A reply: its status, and the rest of its root, of which `T` has the elements that are wanted.
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
    /// `OK`; `None` where the reply has no status, as some of Netvisor's.
    pub status: Option<ResponseStatus>,
    /// The rest.
    pub data: T,
}

impl<T: DeserializeOwned> Root<T> {
    /// Reads a reply's body, in the charset that its XML declares.
    ///
    /// # Errors
    /// `netvisor-failed` and the like, with the [`Failure`](super::Failure) as [`Error::fault`], where it says `FAILED`.
    /// `netvisor-reply-unreadable`, when it is no reply of Netvisor's, or lacks an element of `T`.
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        let status = ResponseStatus::from_slice(body)?;
        if let Some(ResponseStatus::Failed(failure)) = status {
            return Err(Error::new(failure).in_provider(NAME));
        }
        let text = decode(body);
        // Declared or not, the text is decoded by now.
        let root = text.split_once("?>").map_or(&*text, |(_, root)| root).trim_start();
        let data = T::deserialize(&mut quick_xml::de::Deserializer::from_str(root));
        let data = data.map_err(|source| status::unreadable().with_source(source))?;
        Ok(Self { status, data })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

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
        for body in ["", "{}", "<html>", "<Root><ResponseStatus><Status>OK</Status></ResponseStatus></Root>"]
        {
            assert_eq!(read(body.as_bytes()), Err("netvisor-reply-unreadable"), "{body}");
        }
        let bare = b"<Root><Customerlist><Customer><Name>A</Name></Customer></Customerlist></Root>";
        assert_eq!(Root::<Customers>::from_slice(bare).unwrap().status, None);
    }
}

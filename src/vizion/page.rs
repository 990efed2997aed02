//! Pages of lists.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::credentials::NAME;
use crate::error::Error;
use crate::page::read;

/// One page of a list that was requested with `include_metadata=true`; without it, Vizion answers with the items alone.
/// `T` has the fields of an item that you want. [Source](https://docs.vizionapi.com/reference/pagination).
///
/// ```
/// use countersign::vizion::Page;
///
/// #[derive(serde::Deserialize)]
/// struct Reference {
///     container_id: String,
/// }
///
/// let body = br#"{"data":[{"container_id":"SBXU1234567"}],
///     "metadata":{"page":1,"page_count":2,"per_page":1,"item_count":2}}"#;
/// let page = Page::<Reference>::from_slice(body)?;
/// assert_eq!(page.data[0].container_id, "SBXU1234567");
/// assert_eq!(page.metadata.next_page(), Some(2));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of the page.
    pub data: Vec<T>,
    /// The position of the page in the list.
    pub metadata: Metadata,
}

/// The position of a page in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The number of this page, from 1.
    pub page: u64,
    /// How many pages there are.
    pub page_count: u64,
    /// How many items a page has.
    pub per_page: u64,
    /// How many items the list has.
    pub item_count: u64,
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads a reply's body.
    ///
    /// # Errors
    /// `page-unreadable`, if the body is not a page, or lacks a field of `T`.
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        read(body, NAME)
    }
}

impl Metadata {
    /// The number of the next page, for the parameter `page`; `None` for the last.
    #[must_use]
    pub fn next_page(&self) -> Option<u64> {
        (self.page < self.page_count).then(|| self.page.saturating_add(1))
    }
}

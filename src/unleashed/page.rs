//! Pages of lists.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::credentials::NAME;
use crate::error::Error;
use crate::page::read;

/// One page of a list: `T` has the fields of an item that you want, named as Unleashed names them.
///
/// ```
/// use countersign::unleashed::Page;
///
/// #[derive(serde::Deserialize)]
/// #[serde(rename_all = "PascalCase")]
/// struct Customer {
///     customer_code: String,
/// }
///
/// let body = br#"{"Pagination":{"NumberOfItems":3,"PageSize":2,"PageNumber":1,"NumberOfPages":2},
///     "Items":[{"CustomerCode":"C1"},{"CustomerCode":"C2"}]}"#;
/// let page = Page::<Customer>::from_slice(body)?;
/// assert_eq!(page.items[1].customer_code, "C2");
/// assert_eq!(page.pagination.next_page(), Some(2));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Page<T> {
    /// The position of the page in the list.
    pub pagination: Pagination,
    /// The items of the page.
    pub items: Vec<T>,
}

/// The position of a page in a list.
///
/// ```
/// use countersign::unleashed::Page;
///
/// let body = br#"{"Pagination":{"NumberOfItems":450,"PageSize":200,"PageNumber":1,"NumberOfPages":3},"Items":[]}"#;
/// let page = Page::<serde_json::Value>::from_slice(body)?;
/// assert_eq!(page.pagination.next_page(), Some(2));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Pagination {
    /// How many items the list has.
    pub number_of_items: u64,
    /// How many items a page has.
    pub page_size: u64,
    /// The number of this page, from 1.
    pub page_number: u64,
    /// How many pages there are.
    pub number_of_pages: u64,
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads a reply's body: JSON, which the middleware asks for unless the request asks for XML.
    ///
    /// # Errors
    /// `page-unreadable`, if the body is not a page, or lacks a field of `T`.
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        read(body, NAME)
    }
}

impl Pagination {
    /// The number of the next page; `None` for the last.
    #[must_use]
    pub fn next_page(&self) -> Option<u64> {
        (self.page_number < self.number_of_pages).then(|| self.page_number.saturating_add(1))
    }
}

//! Lists, page by page.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::credentials::NAME;
use crate::error::Error;
use crate::page::read;
#[cfg(feature = "middleware")]
use crate::signing::absolute;

/// One page of a list: `T` has the fields of an item that are wanted, named as Unleashed names them.
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
    /// Where in the list it is.
    pub pagination: Pagination,
    /// What is on it.
    pub items: Vec<T>,
}

/// Where in a list a page is.
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
    /// How many of them a page has.
    pub page_size: u64,
    /// Which page this is, from 1.
    pub page_number: u64,
    /// How many pages there are.
    pub number_of_pages: u64,
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads a reply's body: JSON, which the middleware asks for unless the request asks for XML.
    ///
    /// # Errors
    /// `page-unreadable`, when it is not a page, or lacks a field of `T`.
    pub fn from_slice(body: &[u8]) -> Result<Self, Error> {
        read(body, NAME)
    }
}

impl Pagination {
    /// The number of the page behind this one; `None` of the last.
    #[must_use]
    pub fn next_page(&self) -> Option<u64> {
        (self.page_number < self.number_of_pages).then(|| self.page_number.saturating_add(1))
    }
}

/// The pages of a list, as a stream: each is asked for when the one before was taken.
///
/// `url` is that of the list without a page number, e.g. `https://api.unleashedsoftware.com/Customers?pageSize=200`: the
/// number is put behind its path. A page that cannot be had ends the stream with its error.
///
/// Needs the feature `middleware`.
///
/// ```no_run
/// # async fn run(client: reqwest_middleware::ClientWithMiddleware) -> Result<(), Box<dyn std::error::Error>> {
/// use countersign::unleashed;
/// use futures_util::TryStreamExt as _;
///
/// # #[derive(serde::Deserialize)] struct Customer;
/// let url = "https://api.unleashedsoftware.com/Customers?pageSize=200";
/// let mut pages = std::pin::pin!(unleashed::pages::<Customer>(&client, url));
/// while let Some(page) = pages.try_next().await? {
///     println!("{} of {}", page.items.len(), page.pagination.number_of_items);
/// }
/// # Ok(()) }
/// ```
///
/// # Errors
/// `url-not-absolute`; as sending the request; as [`error_for_status`](super::error_for_status), and `page-unreadable`, which
/// [`Error::find`] finds in what is returned.
#[cfg(feature = "middleware")]
pub fn pages<T: DeserializeOwned>(
    client: &reqwest_middleware::ClientWithMiddleware,
    url: &str,
) -> impl futures_util::Stream<Item = reqwest_middleware::Result<Page<T>>> + use<T> {
    let client = client.clone();
    let url = absolute(url).map(|(url, _)| url);
    futures_util::stream::try_unfold(Some((url, 1)), move |next| {
        let client = client.clone();
        async move {
            let Some((url, number)) = next else { return Ok(None) };
            let failed = crate::middleware::into_middleware_error;
            let url = url.map_err(failed)?;
            let mut numbered = url.clone();
            numbered.set_path(&format!("{}/{number}", url.path().trim_end_matches('/')));
            let reply = super::error_for_status(client.get(numbered).send().await?).await.map_err(failed)?;
            let page = Page::from_slice(&reply.bytes().await?).map_err(failed)?;
            let next = page.pagination.next_page().map(|number| (Ok(url), number));
            Ok(Some((page, next)))
        }
    })
}

//! Replies in the middleware: turns statuses into errors, and reads lists page by page.

use futures_util::Stream;
use reqwest::Response;
use reqwest_middleware::ClientWithMiddleware;
use serde::de::DeserializeOwned;

use super::credentials::NAME;
use super::{Page, refusal};
use crate::error::Error;
use crate::middleware;
use crate::signing::absolute;

/// Turns a 4xx or 5xx into an error. The error of a 403 names its likely causes. All errors say whether the local clock
/// is off. Waits for the first 4 KiB of an error's body, up to the client's time-out.
///
/// # Errors
/// `unleashed-forbidden` for a 403, `error-status` for any other 4xx and for a 5xx, with an
/// [`ErrorStatus`](crate::ErrorStatus) as [`Error::fault`].
pub async fn error_for_status(response: Response) -> Result<Response, Error> {
    let known = refusal(response.status(), response.url());
    middleware::error_for_status(response, NAME, known).await
}

/// The pages of a list, as a stream. Each page is requested when the page before was taken.
///
/// `url` is the URL of the list without a page number, e.g. `https://api.unleashedsoftware.com/Customers?pageSize=200`:
/// the number is put behind its path. If a request for a page fails, its error ends the stream.
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
/// `url-not-absolute`; the errors of sending the request; and those of [`error_for_status`], and `page-unreadable`,
/// which [`Error::find`] finds in the returned error.
pub fn pages<T: DeserializeOwned>(
    client: &ClientWithMiddleware,
    url: &str,
) -> impl Stream<Item = reqwest_middleware::Result<Page<T>>> + use<T> {
    let client = client.clone();
    let url = absolute(url).map(|(url, _)| url);
    futures_util::stream::try_unfold(Some((url, 1)), move |next| {
        let client = client.clone();
        async move {
            let Some((url, number)) = next else { return Ok(None) };
            let failed = middleware::into_middleware_error;
            let url = url.map_err(failed)?;
            let mut numbered = url.clone();
            numbered.set_path(&format!("{}/{number}", url.path().trim_end_matches('/')));
            let reply = error_for_status(client.get(numbered).send().await?).await.map_err(failed)?;
            let page = Page::from_slice(&reply.bytes().await?).map_err(failed)?;
            let next = page.pagination.next_page().map(|number| (Ok(url), number));
            Ok(Some((page, next)))
        }
    })
}

//! The meaning of a 401 or 403, which is the reverse of the usual.

use http::StatusCode;

use super::credentials::NAME;
use crate::error::Error;
use crate::fault::faults;

faults! {
    /// A refused API key.
    #[derive(Debug)]
    pub(super) enum Refusal {
        /// 401.
        NoPermission = Refused, "vizion-no-permission",
            "the API key is valid but lacks the permission for this (401, as Vizion uses it)",
            "Have the permission added to the key, or use another key.";
        /// 403.
        NoValidKey = Refused, "vizion-no-valid-key",
            "the request carried no valid API key (403, as Vizion uses it)",
            "Check the key, and that it belongs to this environment (prod or demo).";
    }
}

/// Explains a status: an error for a 401 or 403; `None` for any other status.
#[must_use]
pub fn refusal(status: StatusCode) -> Option<Error> {
    let refusal = match status {
        StatusCode::UNAUTHORIZED => Refusal::NoPermission,
        StatusCode::FORBIDDEN => Refusal::NoValidKey,
        _ => return None,
    };
    Some(Error::new(refusal).in_provider(NAME))
}

/// Turns a 4xx or 5xx into an error. The errors of 401 and 403 say what Vizion means by them. All errors say whether
/// the local clock is off. Waits for the first 4 KiB of an error's body, up to the client's time-out.
///
/// # Errors
/// `vizion-no-permission` for a 401, `vizion-no-valid-key` for a 403, `error-status` for any other 4xx and for a 5xx, with
/// an [`ErrorStatus`](crate::ErrorStatus) as [`Error::fault`].
#[cfg(feature = "middleware")]
pub async fn error_for_status(response: reqwest::Response) -> Result<reqwest::Response, Error> {
    let known = refusal(response.status());
    crate::middleware::error_for_status(response, NAME, known).await
}

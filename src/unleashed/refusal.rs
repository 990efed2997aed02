//! What a bare 403 may mean.

use http::StatusCode;
use url::Url;

use super::credentials::NAME;
use crate::error::Error;
use crate::fault::faults;

faults! {
    /// A 403, by its likeliest cause: the signature or the credentials were not accepted.
    #[derive(Debug)]
    pub(super) enum Refusal {
        Encoding { causes: String } = Refused, "unleashed-forbidden",
            "the signature was not accepted (403); likely causes: {causes}",
            "Try the same request with letters and digits only; if the query has a `%`, also the other SignedForm.";
        ParameterOrder { causes: String } = Refused, "unleashed-forbidden",
            "the signature was not accepted (403); likely causes: {causes}",
            "Try the same request with one parameter, past any proxy of yours.";
        Credentials { causes: String } = Refused, "unleashed-forbidden",
            "the signature was not accepted (403); likely causes: {causes}",
            "Check the API id and key under Integration, API Access, in Unleashed.";
    }
}

/// Explains a status: an error for a 403, which names the causes that the sent URL makes likely, the likeliest first;
/// `None` for any other status.
#[must_use]
pub fn refusal(status: StatusCode, url: &Url) -> Option<Error> {
    if status != StatusCode::FORBIDDEN {
        return None;
    }
    let query = url.query().unwrap_or_default();
    // Some programs percent-encode these characters and others do not, so the server may have computed the signature
    // over another spelling.
    let is_encoded = query.contains(['%', '+', '@', '\'', '(', ')', '*', '!', '~']);
    let has_several = query.contains('&');
    let causes = [
        (is_encoded, "the query has characters that may be percent-encoded or not"),
        (has_several, "the parameters may have been re-ordered on the way"),
        (true, "the API id or key may be wrong or revoked"),
    ];
    let likely: Vec<_> =
        causes.into_iter().filter(|(is_likely, _)| *is_likely).map(|(_, cause)| cause).collect();
    let causes = likely.join("; ");
    let refusal = match (is_encoded, has_several) {
        (true, _) => Refusal::Encoding { causes },
        (false, true) => Refusal::ParameterOrder { causes },
        (false, false) => Refusal::Credentials { causes },
    };
    Some(Error::new(refusal).in_provider(NAME))
}

//! What a provider makes of the replies to its requests.

use std::ops::ControlFlow;

use reqwest::Response;
use reqwest_middleware::Result;
use url::Url;

use crate::signing::{Provider, Signed};

/// Judges replies, as far as the provider's scheme allows.
pub(crate) trait Replies<P: Provider>: Sync {
    /// What of a signed request is needed to judge its reply.
    type Kept: Send;

    /// Keeps it, before the signature is applied.
    fn keep(&self, signed: &Signed<'_, P>) -> Self::Kept;

    /// Decides whether a redirect is followed; one that is not may still be handed to the caller.
    fn vouch(
        &self,
        url: Url,
        kept: Self::Kept,
        redirect: Response,
    ) -> impl Future<Output = Result<ControlFlow<Response>>> + Send;
}

/// The replies of a provider that does not sign them: nothing can be told of a redirect.
pub(crate) struct Unjudged;

impl<P: Provider> Replies<P> for Unjudged {
    type Kept = ();

    fn keep(&self, _: &Signed<'_, P>) {}

    async fn vouch(&self, _: Url, (): (), _: Response) -> Result<ControlFlow<Response>> {
        Ok(ControlFlow::Continue(()))
    }
}

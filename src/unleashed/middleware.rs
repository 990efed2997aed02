//! The middleware: signs on the way out; replies are not signed and pass as they are.

use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};

use super::Unleashed;
use crate::middleware::{Unjudged, exchange};

#[async_trait::async_trait]
impl Middleware for Unleashed {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let (response, _) =
            exchange(self, &Unjudged, &self.settings.transport, request, extensions, next).await?;
        Ok(response)
    }
}

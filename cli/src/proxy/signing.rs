//! The listener whose requests are signed.

use std::sync::Arc;

use countersign::observer::Metrics;
use http::{Request, StatusCode};

use super::answer::{self, Answer, Refusal};
use super::events::Events;
use super::provider::Provider;
use crate::code::Code;
use crate::listener::{Arriving, Guard};

/// In metrics and on standard error, the provider of a request that names none.
const NO_PROVIDER: &str = "none";

pub(super) struct Signing {
    pub(super) guard: Guard,
    pub(super) events: Arc<Events>,
    pub(super) providers: Vec<Provider>,
}

impl Signing {
    pub(super) async fn answer(&self, request: Request<Arriving>) -> Answer {
        let (parts, body) = request.into_parts();
        if let Err((status, code, step)) = self.guard.check(&parts) {
            return self.refuse(NO_PROVIDER, Refusal::new(status, code, step));
        }
        match parts.uri.path() {
            "/healthz" => return answer::own(StatusCode::OK, "text/plain", "ok\n".to_owned()),
            "/metrics" => {
                return answer::own(StatusCode::OK, Metrics::CONTENT_TYPE, self.events.metrics.to_string());
            }
            _ => {}
        }
        let target = parts.uri.path_and_query().map_or("", |target| target.as_str()).to_owned();
        let found =
            self.providers.iter().find_map(|provider| Some((provider, within(provider.name(), &target)?)));
        let Some((provider, target)) = found else {
            let step = "Begin the path with the name of a provider that the proxy was started for, e.g. /netgiro/v1/…";
            return self.refuse(NO_PROVIDER, Refusal::new(StatusCode::NOT_FOUND, Code::ProxyProvider, step));
        };
        let answered = provider.send(parts, body, target).await;
        answered.unwrap_or_else(|refusal| self.refuse(provider.name(), refusal))
    }

    fn refuse(&self, provider: &str, refusal: Refusal) -> Answer {
        self.events.refused(provider, refusal.status, &refusal.code, "");
        refusal.into_answer()
    }
}

/// What follows `/name` in a target; `None` if another name stands there.
fn within<'t>(name: &str, target: &'t str) -> Option<&'t str> {
    let rest = target.strip_prefix('/')?.strip_prefix(name)?;
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
}

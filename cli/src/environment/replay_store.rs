//! Where deliveries are remembered, so that none is accepted twice.

use countersign::redact::printable;
use countersign::webhook::RedisStore;

use super::Environment;
use crate::failure::{Failure, with_causes};
use crate::output;

/// The variable for a URL with a password, which everybody on the machine would see among the arguments.
const REDIS_URL: &str = "COUNTERSIGN_REDIS_URL";

/// The Redis that the arguments or the environment name, if any; warns if it does not answer.
pub(crate) async fn redis(
    url: Option<&str>,
    environment: &Environment,
) -> Result<Option<RedisStore>, Failure> {
    let url = url.map_or_else(|| environment.get(REDIS_URL), |url| Ok(Some(url.to_owned())))?;
    let Some(url) = url else { return Ok(None) };
    let store = RedisStore::connect(url)?;
    if let Err(error) = store.ping().await {
        let cause = printable(&with_causes(&*error));
        output::note(&format!("countersign: Redis does not answer: {cause}"));
    }
    Ok(Some(store))
}

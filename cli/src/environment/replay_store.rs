//! Where deliveries are remembered that must not be taken twice.

use countersign::redact::printable;
use countersign::webhook::RedisStore;

use super::Environment;
use crate::failure::{Failure, with_causes};
use crate::output;

/// Where a URL is looked for that is not among the arguments, in which everybody on the machine can see its password.
const REDIS_URL: &str = "COUNTERSIGN_REDIS_URL";

/// Redis, where the arguments or the environment name one; it is warned of where it does not answer.
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

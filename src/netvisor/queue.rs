//! One call at a time for each company, as Netvisor's contract wants it.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::Duration;

use tokio::sync::Semaphore;
use tracing::Instrument as _;
use url::Url;

use super::credentials::NAME;
use super::{Netvisor, Scheme};
use crate::error::Error;
use crate::fault::faults;
use crate::lock::lock;
use crate::middleware::Permit;
use crate::observer::Event;

/// How long a call waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);

/// The queues of this process that somebody stands in or was let through, and maybe some that are empty.
static QUEUES: LazyLock<Queues> = LazyLock::new(Queues::default);

/// Queues by the hash of origin, organisation id and number of calls at once: two companies of one hash would share a queue.
#[derive(Default)]
struct Queues {
    hasher: RandomState,
    by_hash: Mutex<HashMap<u64, Weak<Semaphore>>>,
}

/// Waits for the turn of a call to `url`, first come first served. A caller that is dropped while it waits leaves the queue.
pub(super) async fn admit(netvisor: &Netvisor, url: &Url) -> Result<Option<Permit>, Error> {
    let queue = QUEUES.of(url, &netvisor.scheme());
    // No turn is free while anybody waits: it goes from one to the next.
    match Arc::clone(&queue).try_acquire_owned() {
        Ok(turn) => Ok(Some(Permit::new(turn))),
        Err(_) => Box::pin(wait(netvisor, queue, PATIENCE)).await.map(Some),
    }
}

impl Queues {
    fn of(&self, url: &Url, scheme: &Scheme) -> Arc<Semaphore> {
        let calls = scheme.parallel_calls;
        let origin = (url.scheme(), url.host_str(), url.port_or_known_default());
        let hash = self.hasher.hash_one((origin, &scheme.organisation_id, calls));
        let mut queues = lock(&self.by_hash);
        if let Some(queue) = queues.get(&hash).and_then(Weak::upgrade) {
            return queue;
        }
        queues.retain(|_, queue| queue.strong_count() > 0);
        let queue = Arc::new(Semaphore::new(calls));
        queues.insert(hash, Arc::downgrade(&queue));
        queue
    }
}

async fn wait(netvisor: &Netvisor, queue: Arc<Semaphore>, patience: Duration) -> Result<Permit, Error> {
    let since = netvisor.now();
    let span = tracing::debug_span!("countersign.wait", provider = NAME);
    let turn = tokio::time::timeout(patience, queue.acquire_owned()).instrument(span).await;
    netvisor.tell(Event::Waited(netvisor.now().duration_since(since).unwrap_or_default()));
    match turn {
        Ok(Ok(turn)) => Ok(Permit::new(turn)),
        // The queue is never closed.
        Ok(Err(_)) | Err(_) => Err(Error::new(QueueFault::Busy)),
    }
}

faults! {
    #[derive(Debug)]
    pub(super) enum QueueFault {
        Busy = Signing, "netvisor-busy", "another call for the same company has not ended for 60 s",
            "Read or drop the body of one reply before the next call; `parallel_calls` lets more than one through.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Effect;

    #[tokio::test]
    async fn who_waits_in_vain_is_told_that_nothing_was_sent() {
        let told = Arc::new(Mutex::new(0));
        let told_of = Arc::clone(&told);
        let variables = |name: &str| Some(name.to_owned()).filter(|name| name != "NETVISOR_LANGUAGE");
        let netvisor =
            Netvisor::from_variables(variables).unwrap().observer(move |_: &str, event: &Event| {
                *told_of.lock().unwrap() += usize::from(matches!(event, Event::Waited(_)));
            });
        let url = Url::parse("https://integration.netvisor.fi/").unwrap();
        let _held = admit(&netvisor, &url).await.unwrap();
        let queue = QUEUES.of(&url, &netvisor.scheme());
        let error = wait(&netvisor, queue, Duration::from_millis(5)).await.unwrap_err();
        assert_eq!((error.code(), error.effect()), ("netvisor-busy", Effect::None));
        assert_eq!(*told.lock().unwrap(), 1);
        assert_eq!(PATIENCE.as_secs(), 60);
        assert!(QueueFault::Busy.to_string().contains("60 s"));
    }
}

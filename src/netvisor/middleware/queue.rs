//! One call at a time for each company, as Netvisor's contract demands.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tracing::Instrument as _;
use url::Url;

use super::super::credentials::NAME;
use super::super::{Netvisor, Scheme};
use crate::error::Error;
use crate::fault::faults;
use crate::lock::lock;
use crate::observer::Event;
use crate::signer::Permit;

/// How long a call waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);

/// The queues of this process: those in use, and empty ones, which are removed when a queue for another company is made.
static QUEUES: LazyLock<Queues> = LazyLock::new(Queues::default);

/// Queues by the hash of origin, organisation id and number of parallel calls. Two companies with one hash would share a queue.
#[derive(Default)]
struct Queues {
    hasher: RandomState,
    by_hash: Mutex<HashMap<u64, Arc<Semaphore>>>,
}

/// Waits for the turn of a call to `url`, first come first served. A caller that is dropped while it waits leaves the queue.
pub(in crate::netvisor) async fn admit(netvisor: &Netvisor, url: &Url) -> Result<Option<Permit>, Error> {
    let queue = QUEUES.of(url, &netvisor.scheme());
    // No turn is free while anybody waits: a turn passes to the next in the queue.
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
        if let Some(queue) = queues.get(&hash) {
            return Arc::clone(queue);
        }
        // A queue with one reference is unused: only this map has it, and gives it out under this lock.
        queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        Arc::clone(queues.entry(hash).or_insert_with(|| Arc::new(Semaphore::new(calls))))
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
    pub(in crate::netvisor) enum QueueFault {
        Busy = Signing, "netvisor-busy", "another call for the same company has not ended for 60 s",
            "Read or drop the body of one reply before the next call; `parallel_calls` lets more than one through.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Effect;

    fn netvisor(organisation_id: &'static str) -> Netvisor {
        let variable = |name: &str| match name {
            "NETVISOR_LANGUAGE" => None,
            "NETVISOR_ORGANISATION_ID" => Some(organisation_id.to_owned()),
            _ => Some(name.to_owned()),
        };
        Netvisor::from_variables(variable).unwrap()
    }

    #[test]
    fn no_more_queues_are_kept_than_there_are_calls_and_one() {
        let (queues, url) = (Queues::default(), Url::parse("https://integration.netvisor.fi/").unwrap());
        let of = |id| queues.of(&url, &netvisor(id).scheme());
        let held = of("1234567-8");
        for id in ["2234567-8", "3234567-8", "4234567-8"] {
            let idle = Arc::as_ptr(&of(id));
            assert_eq!(Arc::as_ptr(&of(id)), idle, "the next call finds it again");
            assert_eq!(lock(&queues.by_hash).len(), 2, "{id}");
        }
        assert!(Arc::ptr_eq(&of("1234567-8"), &held), "one that is in use stays");
    }

    #[tokio::test]
    async fn who_waits_in_vain_is_told_that_nothing_was_sent() {
        let told = Arc::new(Mutex::new(0));
        let told_of = Arc::clone(&told);
        let netvisor = netvisor("7654321-0").observer(move |_: &str, event: &Event| {
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

//! Asks a source when it is due, once for all waiting callers, and hands on the answer.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::Instrument as _;

use super::{CredentialSet, CredentialSource, RotationFault};
use crate::error::Error;
use crate::lock::lock;
use crate::renewal::Ready;
use crate::time::{Clock, SystemClock};

/// How long a source may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long after a failure the source is asked again, unless a call waits for it.
const PAUSE: Duration = Duration::from_secs(5);
/// Refusals have the source asked at most this often.
const BETWEEN_FORCED: Duration = Duration::from_secs(60);

/// Credentials that are kept fresh. Cheap to clone; clones share everything. See the [module](super).
///
/// ```
/// # async fn run() -> Result<(), countersign::Error> {
/// use countersign::rotation::{CredentialSet, EnvironmentSource, Rotation};
/// use countersign::vizion::Vizion;
///
/// let rotation = Rotation::start(EnvironmentSource::new(["VIZION_API_KEY"])).await?;
/// let vizion = Vizion::from_rotation(&rotation)?;
/// rotation.refresh().await?; // now, and not when the source is due
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Rotation(Arc<Shared>);

struct Shared {
    source: Box<dyn CredentialSource>,
    clock: Arc<dyn Clock>,
    runtime: Handle,
    /// In milliseconds since 1970: when the source is due,
    due: AtomicU64,
    /// when the credentials expire,
    expires: AtomicU64,
    /// and when a refusal may next have the source asked.
    forced: AtomicU64,
    state: Mutex<State>,
}

struct State {
    latest: CredentialSet,
    targets: Vec<Weak<dyn Target>>,
    /// The answer that the callers of one question wait for.
    flight: Option<watch::Receiver<Landed>>,
}

/// `None` until the answer has come.
type Landed = Option<Result<(), Arc<Error>>>;

/// A value made of credentials, which can be replaced by its successor.
pub(super) trait Target: Send + Sync {
    /// Prepares the successor, and changes nothing yet.
    fn prepare(self: Arc<Self>, set: &CredentialSet) -> Result<Box<dyn FnOnce() + Send>, Error>;

    /// There are no new credentials.
    fn failed(&self, error: &Error);
}

impl Rotation {
    /// Asks the source for the first credentials.
    ///
    /// # Errors
    /// The error of the source; `credentials-expired` if its credentials have already expired; `credentials-timeout`
    /// after 30 s; `no-tokio-runtime` outside of a tokio runtime.
    pub async fn start(source: impl CredentialSource) -> Result<Self, Error> {
        Self::start_with_clock(source, SystemClock).await
    }

    /// As [`start`](Self::start), with the time taken from `clock`.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_with_clock(source: impl CredentialSource, clock: impl Clock) -> Result<Self, Error> {
        let runtime = Handle::try_current().map_err(|_| Error::new(RotationFault::NoRuntime))?;
        let latest = fetch(&source, &clock).await?.ok_or_else(|| Error::new(RotationFault::Malformed))?;
        let shared = Shared {
            source: Box::new(source),
            clock: Arc::new(clock),
            runtime,
            due: AtomicU64::default(),
            expires: AtomicU64::default(),
            forced: AtomicU64::default(),
            state: Mutex::new(State { latest, targets: Vec::new(), flight: None }),
        };
        shared.schedule(&shared.lock());
        Ok(Self(Arc::new(shared)))
    }

    /// Asks the source now, or waits for the answer to a question that is under way. Call it e.g. on SIGHUP.
    ///
    /// # Errors
    /// Why there are no new credentials. The present ones stay in use.
    pub async fn refresh(&self) -> Result<(), Error> {
        let flight = self.join(&mut self.0.lock());
        landed(flight).await
    }

    /// The present credentials, expired or not. Does not ask the source.
    #[must_use]
    pub fn latest(&self) -> CredentialSet {
        self.0.lock().latest.clone()
    }

    /// Makes a target of the latest credentials. The target gets all later ones for as long as it lives.
    pub(super) fn register<T: Target + 'static, E>(
        &self,
        make: impl FnOnce(&CredentialSet) -> Result<Arc<T>, E>,
    ) -> Result<Arc<T>, E> {
        // Under the lock, so that no change is missed before the target is registered.
        let mut state = self.0.lock();
        let target = make(&state.latest)?;
        let weak = Arc::downgrade(&target);
        state.targets.retain(|target| target.strong_count() > 0);
        state.targets.push(weak);
        Ok(target)
    }

    /// Has the source asked if it is due, and waits for new credentials if these have expired. `None` if the source is not due.
    pub(super) fn ready(&self) -> Option<Ready<'_>> {
        let is_due = self.0.now() >= self.0.due.load(Ordering::Acquire);
        is_due.then(|| Box::pin(self.ready_when_due()) as Ready<'_>)
    }

    async fn ready_when_due(&self) -> Result<(), Error> {
        let flight = {
            let mut state = self.0.lock();
            // Another caller's question may have been answered since.
            if self.0.now() < self.0.due.load(Ordering::Acquire) {
                return Ok(());
            }
            self.join(&mut state)
        };
        if !self.0.is_expired() {
            return Ok(());
        }
        landed(flight).await.map_err(|error| Error::new(RotationFault::Expired).with_source(error))?;
        if self.0.is_expired() { Err(Error::new(RotationFault::Expired)) } else { Ok(()) }
    }

    /// The provider did not accept the credentials, or a sender has signed with others.
    pub(super) fn refused(&self) {
        let (now, forced) = (self.0.now(), &self.0.forced);
        let next = now.saturating_add(whole_millis(BETWEEN_FORCED));
        let may_ask = |not_before: u64| (not_before <= now).then_some(next);
        if forced.fetch_update(Ordering::AcqRel, Ordering::Acquire, may_ask).is_ok() {
            drop(self.join(&mut self.0.lock()));
        }
    }

    /// Joins the question that is under way, or begins a new one, which goes on even if nobody waits for it.
    fn join(&self, state: &mut State) -> watch::Receiver<Landed> {
        // The channel is closed if the source panicked, or the runtime has ended.
        if let Some(flight) = state.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return flight.clone();
        }
        let (sender, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        let shared = Arc::clone(&self.0);
        let span = tracing::debug_span!("countersign.rotate");
        let asking = async move {
            let fetched = fetch(&*shared.source, &*shared.clock).await;
            sender.send_replace(Some(shared.land(fetched)));
        };
        self.0.runtime.spawn(asking.instrument(span));
        flight
    }
}

/// The credentials of the source, unless they have expired.
async fn fetch(source: &dyn CredentialSource, clock: &dyn Clock) -> Result<Option<CredentialSet>, Error> {
    let fetched = tokio::time::timeout(PATIENCE, source.fetch()).await;
    let fetched = fetched.unwrap_or_else(|_| Err(Error::new(RotationFault::TimedOut)))?;
    let expires = fetched.as_ref().and_then(CredentialSet::expires);
    if expires.is_some_and(|expires| expires <= clock.now()) {
        return Err(Error::new(RotationFault::Expired));
    }
    Ok(fetched)
}

async fn landed(mut flight: watch::Receiver<Landed>) -> Result<(), Error> {
    let landed = flight.wait_for(Option::is_some).await.map(|landed| landed.clone());
    match landed {
        Ok(Some(Err(error))) => Err(Error::new(RotationFault::Unavailable).with_source(error)),
        Ok(_) => Ok(()),
        // The source panicked, or the runtime has ended.
        Err(_) => Err(Error::new(RotationFault::Unavailable)),
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn now(&self) -> u64 {
        millis(self.clock.now())
    }

    fn is_expired(&self) -> bool {
        self.expires.load(Ordering::Acquire) <= self.now()
    }

    /// Hands on an answer: all targets change, or none.
    fn land(&self, fetched: Result<Option<CredentialSet>, Error>) -> Result<(), Arc<Error>> {
        let mut state = self.lock();
        state.flight = None;
        state.targets.retain(|target| target.strong_count() > 0);
        let adopted = fetched.and_then(|set| match set {
            Some(set) => state.adopt(set),
            // Unchanged credentials are still expired.
            None if self.is_expired() => Err(Error::new(RotationFault::Expired)),
            None => Ok(()),
        });
        self.schedule(&state);
        let Err(error) = adopted else { return Ok(()) };
        let live = state.targets.iter().filter_map(Weak::upgrade);
        live.for_each(|target| target.failed(&error));
        let again = self.now().saturating_add(whole_millis(PAUSE));
        self.due.store(again.min(self.expires.load(Ordering::Acquire)), Ordering::Release);
        Err(Arc::new(error))
    }

    fn schedule(&self, State { latest, .. }: &State) {
        let now = self.now();
        let expires = latest.expires().map_or(u64::MAX, millis);
        let fresh = whole_millis(self.source.fresh_for());
        let most_of_life = expires.saturating_sub(now) / 5 * 4;
        self.expires.store(expires, Ordering::Release);
        self.due.store(now.saturating_add(fresh.min(most_of_life)), Ordering::Release);
    }
}

impl State {
    fn adopt(&mut self, set: CredentialSet) -> Result<(), Error> {
        if !set.is_same(&self.latest) {
            let live = self.targets.iter().filter_map(Weak::upgrade);
            let successors: Vec<_> = live.map(|target| target.prepare(&set)).collect::<Result<_, _>>()?;
            successors.into_iter().for_each(|succeed| succeed());
        }
        self.latest = set;
        Ok(())
    }
}

fn millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, whole_millis)
}

fn whole_millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotation").field("latest", &self.0.lock().latest).finish_non_exhaustive()
    }
}

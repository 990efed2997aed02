//! Sources of credentials that change while the tool runs.

use std::time::Duration;

use async_trait::async_trait;
use countersign::Error;
use countersign::rotation::{CommandSource, CredentialSet, CredentialSource, FileSource, Rotation};
use tokio::sync::watch;

use super::Environment;
use crate::declaration::Pair;
use crate::failure::Failure;

/// The environment, and what `--credentials` names for some providers in its place.
pub(crate) struct Sources {
    environment: Environment,
    /// The variables of declarations.
    declared: Vec<String>,
    read: watch::Sender<CredentialSet>,
    default: Rotation,
    own: Vec<(String, Rotation)>,
}

impl Sources {
    pub(crate) async fn start(
        environment: Environment,
        declared: Vec<String>,
        given: &[Pair],
    ) -> Result<Self, Failure> {
        let (read, reading) = watch::channel(environment.credentials(&declared)?);
        let default = Rotation::start(AsRead(reading)).await?;
        let mut own = Vec::new();
        for pair in given {
            own.push((pair.name.clone(), start(pair).await?));
        }
        Ok(Self { environment, declared, read, default, own })
    }

    pub(crate) fn of(&self, provider: &str) -> &Rotation {
        let own = self.own.iter().find(|(name, _)| name == provider);
        own.map_or(&self.default, |(_, rotation)| rotation)
    }

    /// Asks all sources at once, and returns what failed. Credentials without a usable successor stay in use.
    pub(crate) async fn reload(&self) -> Vec<Failure> {
        let mut failures = Vec::new();
        let read = self.environment.read_again().and_then(|read| read.credentials(&self.declared));
        let default = match read {
            Ok(set) => {
                self.read.send_replace(set);
                Some((None, &self.default))
            }
            Err(failure) => {
                failures.push(failure);
                None
            }
        };
        let own = self.own.iter().map(|(name, rotation)| (Some(name), rotation));
        let asked = own.chain(default).map(|(name, rotation)| {
            let rotation = rotation.clone();
            (name, tokio::spawn(async move { rotation.refresh().await }))
        });
        for (name, answer) in asked.collect::<Vec<_>>() {
            let Ok(Err(error)) = answer.await else { continue };
            failures.push(match name {
                Some(name) => error.in_provider(name.clone()).into(),
                None => error.into(),
            });
        }
        failures
    }
}

async fn start(Pair { name, value }: &Pair) -> Result<Rotation, Failure> {
    let started = match value.split_once(':') {
        Some(("file", path)) => Rotation::start(FileSource::new(path)).await,
        Some(("command", line)) => {
            let mut words = line.split_whitespace();
            Rotation::start(CommandSource::new(words.next().unwrap_or_default(), words)).await
        }
        _ => {
            let message = "--credentials is PROVIDER=file:PATH, or PROVIDER=command:PROGRAM ARGUMENT…";
            return Err(Failure::usage(message));
        }
    };
    Ok(started.map_err(|error| error.in_provider(name.clone()))?)
}

/// The environment as it was when the user last asked to read it (at the start or by SIGHUP): at other times, the file of
/// `--env-file` may be half written.
struct AsRead(watch::Receiver<CredentialSet>);

#[async_trait]
impl CredentialSource for AsRead {
    async fn fetch(&self) -> Result<Option<CredentialSet>, Error> {
        Ok(Some(self.0.borrow().clone()))
    }

    fn fresh_for(&self) -> Duration {
        Duration::MAX
    }
}

//! Asking a provider, one request at a time.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use countersign::Signer;
use countersign::time::{Clock as _, SystemClock};
use http::{Extensions, HeaderMap, Method, StatusCode, header};
use reqwest::{Client, Response};
use url::Url;

use super::exchange::Exchange;
use super::finding::Finding;
use super::questions::{Examined, Form, Question, is_formed};
use crate::code::Code;
use crate::commands::Context;
use crate::failure::{Exit, Failure, Told};
use crate::providers;
use crate::request::Request;
use crate::request_args::{ProviderName, Settings};

/// The longest reply that the library reads to verify it.
const LONGEST_REPLY: usize = countersign::netgiro::DEFAULT_REPLY_LIMIT;

/// A run of the doctor.
pub(super) struct Visit<'c> {
    pub(super) context: &'c Context,
    pub(super) provider: &'c ProviderName,
    pub(super) client: Client,
    pub(super) timeout: Duration,
    /// Settings with the forms that were accepted so far.
    pub(super) settings: Settings,
    pub(super) read: Url,
    pub(super) requests: usize,
    /// How many seconds this clock is ahead.
    pub(super) ahead: Option<i64>,
    pub(super) findings: Vec<Finding>,
}

/// Why nothing more is asked.
enum Stop {
    Failure(Failure),
    Found(Finding),
    NotThrough(reqwest::Error),
}

/// Why a reply does not accept a request.
enum No {
    Refused(Told),
    /// The reply is about something else than the signature.
    Other(Told),
}

/// The form that was accepted, with its request.
type Accepted<P> = (&'static Form, Signer<P>, Exchange);

impl Visit<'_> {
    /// Asks all questions.
    pub(super) async fn examine<P: Examined>(&mut self) -> Result<(), Failure> {
        let finding = match self.ask_all::<P>().await {
            Ok(()) => return Ok(()),
            Err(Stop::Failure(failure)) => return Err(failure),
            Err(Stop::Found(finding)) => finding,
            Err(Stop::NotThrough(error)) => {
                let about = if self.findings.is_empty() { "reached" } else { "stopped" };
                Finding::of_transport(about, &error)
            }
        };
        self.findings.push(finding);
        Ok(())
    }

    async fn ask_all<P: Examined>(&mut self) -> Result<(), Stop> {
        let (first, others) = P::QUESTIONS;
        let asked = match self.ask::<P>(first).await? {
            Err(No::Refused(why)) => self.ask_again::<P>(first, others).await?.ok_or(No::Refused(why)),
            asked => asked,
        };
        let (form, signer, exchange) = match asked {
            Ok(accepted) => accepted,
            Err(No::Refused(why)) => {
                return Err(Finding::of_error("credentials", "refused", Exit::Refused, why).into());
            }
            Err(No::Other(why)) => {
                return Err(Finding::of_error("credentials", "unknown", Exit::Unclear, why).into());
            }
        };
        self.findings.push(Finding::new("credentials", "accepted", "Accepted."));
        if !first.others.is_empty() {
            self.findings.push(first.accepted(form));
        }
        self.findings.extend(P::of_reply(&signer, &exchange));
        for question in others {
            let found = match self.ask::<P>(question).await? {
                Ok((form, ..)) => question.accepted(form),
                Err(No::Refused(why) | No::Other(why)) => {
                    Finding::of_error(question.about, "unknown", Exit::Unclear, why)
                }
            };
            self.findings.push(found);
        }
        if let Some(fails) = P::FAILS {
            let url = self.read.join(fails).map_err(|error| Failure::usage(error.to_string()))?;
            let (signer, exchange) = self.send::<P>(&self.settings.clone(), url).await?;
            self.findings.extend(P::of_failing_reply(&signer, &exchange));
        }
        Ok(())
    }

    /// Asks once more in the other form of the query, if the form of the read's own query may be why it was refused. The
    /// question about the form then tells which form it is.
    async fn ask_again<P: Examined>(
        &mut self,
        first: &'static Question,
        others: &'static [Question],
    ) -> Result<Option<Accepted<P>>, Stop> {
        let of_query = others.iter().filter(|question| question.query.is_some());
        let Some(form) =
            of_query.flat_map(|question| question.others).next().filter(|_| is_formed(&self.read))
        else {
            return Ok(None);
        };
        (form.set)(&mut self.settings);
        Ok(self.ask::<P>(first).await?.ok())
    }

    /// Signs in one form after the other until one is accepted; later questions use that form. If none is accepted, returns
    /// the result of the default.
    async fn ask<P: Examined>(
        &mut self,
        question: &'static Question,
    ) -> Result<Result<Accepted<P>, No>, Stop> {
        let (mut form, mut others, mut refused) = (&question.default, question.others.iter(), None);
        loop {
            let mut settings = self.settings.clone();
            (form.set)(&mut settings);
            let (signer, exchange) = self.send::<P>(&settings, question.url(&self.read)).await?;
            match judge::<P>(&exchange) {
                Ok(()) => {
                    self.settings = settings;
                    return Ok(Ok((form, signer, exchange)));
                }
                Err(No::Refused(why)) => {
                    let why = refused.unwrap_or(why);
                    let Some(next) = others.next() else { return Ok(Err(No::Refused(why))) };
                    (form, refused) = (next, Some(why));
                }
                Err(other) => return Ok(Err(other)),
            }
        }
    }

    /// Sends one `GET`, and reads its reply.
    async fn send<P: Examined>(
        &mut self,
        settings: &Settings,
        mut url: Url,
    ) -> Result<(Signer<P>, Exchange), Stop> {
        let signer = providers::signer::<P>(settings, &self.context.environment, self.provider, &url)?;
        signer.prepare_url(&mut url);
        let (headers, extensions) = (HeaderMap::new(), Extensions::new());
        let mut request =
            Request { method: Method::GET, url, headers, extensions, body: None, received: None };
        let signed = signer.sign(&request.outgoing()).map_err(Failure::from)?;
        signed.apply(&mut request.headers);
        request.rewrite(signed.rewritten());
        self.requests += 1;
        let mut sending = self.client.get(request.url.clone()).headers(request.headers.clone());
        // The time-out also ends a reply that goes on for ever.
        sending = sending.timeout(self.timeout);
        if let Some(body) = &request.body {
            sending = sending.body(body.clone());
        }
        let response = sending.send().await?;
        if self.findings.is_empty() {
            self.ahead = seconds_ahead(response.headers());
            self.findings.push(Finding::new("reached", "yes", "Yes."));
            self.findings.push(P::CLOCK.finding(self.ahead));
        }
        let (status, headers) = (response.status(), response.headers().clone());
        if status == StatusCode::TOO_MANY_REQUESTS {
            let finding = Finding::of_error("stopped", "too-many-requests", Exit::Unclear, told(status));
            return Err(finding.into());
        }
        let body = read(response).await?;
        Ok((signer, Exchange { request, status, headers, body }))
    }
}

async fn read(mut response: Response) -> Result<Bytes, Stop> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_REPLY {
            let sentence = format!("A reply is longer than {LONGEST_REPLY} bytes: give --url a shorter one.");
            return Err(Finding::new("stopped", "too-long", sentence).with_exit(Exit::Unclear).into());
        }
    }
    Ok(body.into())
}

/// Whether a reply accepts how its request was signed.
fn judge<P: Examined>(exchange: &Exchange) -> Result<(), No> {
    let status = exchange.status;
    match P::check(&exchange.answer()) {
        Err(error) if P::refuses(&error) => Err(No::Refused(Told::of(&error))),
        Err(error) => Err(No::Other(Told::of(&error))),
        Ok(()) if status.is_success() && P::is_reply(&exchange.body) => Ok(()),
        Ok(()) if status.is_success() => Err(No::Other(no_reply(status))),
        Ok(()) if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            Err(No::Refused(told(status)))
        }
        Ok(()) => Err(No::Other(told(status))),
    }
}

/// The failure for a success that is not the provider's reply.
fn no_reply(status: StatusCode) -> Told {
    let message = format!("the answer is {status}, with a page or a text in place of the provider's reply");
    let next_step = "See what answers there: a proxy, a sign-in page or another service.";
    Told { code: Code::DoctorNoReply.name().to_owned(), message, next_step: Some(next_step.to_owned()) }
}

/// The failure for a status alone.
fn told(status: StatusCode) -> Told {
    let next_step = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "Check the credentials.",
        StatusCode::TOO_MANY_REQUESTS => "Nothing more was sent: try again later.",
        status if status.is_server_error() => "Try again later.",
        status if status.is_redirection() => "A redirect is not followed: see where it leads.",
        _ => "Give --url, a read that the account may do.",
    };
    let (code, message) = (Code::HttpStatus.name().to_owned(), format!("the answer is {status}"));
    Told { code, message, next_step: Some(next_step.to_owned()) }
}

/// How far this clock is ahead of the `Date` of a reply, which has whole seconds.
fn seconds_ahead(headers: &HeaderMap) -> Option<i64> {
    let date = DateTime::parse_from_rfc2822(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    Some(DateTime::<Utc>::from(SystemClock.now()).timestamp() - date.timestamp())
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Found(finding)
    }
}

impl From<reqwest::Error> for Stop {
    fn from(error: reqwest::Error) -> Self {
        Self::NotThrough(error)
    }
}

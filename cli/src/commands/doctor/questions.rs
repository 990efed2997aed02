//! The questions to each provider: a harmless read, and what no public source settles.

use countersign::fault::Kind;
use countersign::{Error, Signer, declared, netgiro, netvisor, unleashed, vizion};
use url::Url;

use super::exchange::Exchange;
use super::finding::Finding;
use super::netgiro::{error_replies, formula};
use crate::failure::Exit;
use crate::providers::Tool;
use crate::request_args::{Algorithm, Form as SignedForm, Settings};

/// A provider that `doctor` examines.
pub(crate) trait Examined: Tool {
    /// The URL that is read by default; `None` if no read is known to be harmless.
    const READ: Option<&'static str>;

    /// The first question, and the others. If a form of the first question is accepted, the credentials are.
    const QUESTIONS: (&'static Question, &'static [Question]) = (&Question::CREDENTIALS, &[]);

    /// Path and query of a read that ends in an error.
    const FAILS: Option<&'static str> = None;

    /// How the provider depends on this clock.
    const CLOCK: Clock;

    /// Whether an error says that the signature or the credentials were not accepted.
    fn refuses(error: &Error) -> bool {
        error.kind() == Kind::Refused
    }

    /// Whether the body of a success may be the provider's: the page of a proxy or of a sign-in is not.
    fn is_reply(body: &[u8]) -> bool {
        !is_page(body)
    }

    /// What the reply to an accepted read tells.
    fn of_reply(_: &Signer<Self>, _: &Exchange) -> Option<Finding> {
        None
    }

    /// What the reply to [`Self::FAILS`] tells.
    fn of_failing_reply(_: &Signer<Self>, _: &Exchange) -> Option<Finding> {
        None
    }
}

/// How closely a clock must be right, and for what.
pub(crate) struct Clock {
    /// In seconds; `None` where no time is checked.
    pub(super) tolerance: Option<u64>,
    why: &'static str,
}

impl Clock {
    /// How far this clock is ahead of the provider's.
    pub(super) fn finding(&self, ahead: Option<i64>) -> Finding {
        let off = ahead.zip(self.tolerance).is_some_and(|(ahead, most)| ahead.unsigned_abs() > most);
        let by = match ahead {
            None => "The reply has no Date to compare this clock with.".to_owned(),
            Some(0) => "This clock agrees with the provider's.".to_owned(),
            Some(ahead @ ..0) => format!("This clock is {} s behind the provider's.", ahead.unsigned_abs()),
            Some(ahead) => format!("This clock is {ahead} s ahead of the provider's."),
        };
        let about = |found, step| Finding::new("clock", found, format!("{by} {}{step}", self.why).trim_end());
        match (ahead, off) {
            (None, _) => about("unknown", ""),
            (Some(_), false) => about("right", ""),
            (Some(_), true) => about("off", " Set the clock, then ask again.").with_exit(Exit::Unclear),
        }
    }
}

/// One read, signed in one form after the other until one is accepted.
pub(crate) struct Question {
    pub(super) about: &'static str,
    /// Added to the query of the read, so that the forms differ in it.
    pub(super) query: Option<&'static str>,
    /// How else the request differs from an ordinary request, in words.
    pub(super) besides: &'static str,
    /// What this crate does by default.
    pub(super) default: Form,
    /// Without other forms, the question is whether the credentials are accepted.
    pub(super) others: &'static [Form],
}

/// A way to sign.
pub(crate) struct Form {
    pub(super) name: &'static str,
    /// The form, in words.
    pub(super) what: &'static str,
    pub(super) set: fn(&mut Settings),
    /// The setting in Rust, and the tool's option.
    pub(super) setting: Option<(&'static str, &'static str)>,
    pub(super) advice: &'static str,
}

/// The most requests that the questions and the failing read take, depending on whether the forms differ in the read's own query.
pub(super) const fn most_requests<P: Examined>(is_read_formed: bool) -> usize {
    let (first, mut rest) = P::QUESTIONS;
    let mut most = P::FAILS.is_some() as usize + 1 + first.others.len();
    while let [question, others @ ..] = rest {
        most += 1 + question.others.len();
        if is_read_formed && question.query.is_some() {
            most += 1 + first.others.len();
        }
        rest = others;
    }
    most
}

/// Whether the forms of a query differ for the query of this URL.
pub(super) fn is_formed(read: &Url) -> bool {
    read.query().is_some_and(|query| query.contains('%'))
}

impl Question {
    const CREDENTIALS: Self = Self::new("credentials", Form::new("", "", |_| ()), &[]);

    const fn new(about: &'static str, default: Form, others: &'static [Form]) -> Self {
        Self { about, query: None, besides: "", default, others }
    }

    pub(super) fn url(&self, read: &Url) -> Url {
        let mut url = read.clone();
        if let Some(added) = self.query {
            let query = url.query().map(|query| format!("{query}&{added}"));
            url.set_query(Some(query.as_deref().unwrap_or(added)));
        }
        url
    }

    /// The finding if this form was accepted.
    pub(super) fn accepted(&self, form: &Form) -> Finding {
        let is_default = self.default.name == form.name;
        let (rust, option) = form.setting.unzip();
        let setting =
            format!("{} in Rust, {} of the tool", rust.unwrap_or_default(), option.unwrap_or_default());
        let advice = match (is_default, form.setting) {
            (true, Some(_)) => format!("the default: nothing to set ({setting})."),
            (true, None) => "the default: nothing to set.".to_owned(),
            (false, Some(_)) => format!("not the default. Set {setting}. {}", form.advice),
            (false, None) => format!("not the default. {}", form.advice),
        };
        let sentence = format!("{}, {}", form.what, advice.trim_end());
        Finding {
            is_default: Some(is_default),
            rust,
            option,
            ..Finding::new(self.about, form.name, sentence)
        }
    }
}

impl Form {
    const AS_SENT: Self = Self::new("as-sent", "Signed as it is sent", |settings| {
        settings.form = Some(SignedForm::AsSent);
    })
    .set_by(".signed_form(SignedForm::AsSent)", "--form as-sent");

    const DECODED: Self = Self::new("decoded", "Signed with its %XX undone", |settings| {
        settings.form = Some(SignedForm::Decoded);
    })
    .set_by(".signed_form(SignedForm::Decoded)", "--form decoded");

    const fn new(name: &'static str, what: &'static str, set: fn(&mut Settings)) -> Self {
        Self { name, what, set, setting: None, advice: "" }
    }

    const fn set_by(self, rust: &'static str, option: &'static str) -> Self {
        Self { setting: Some((rust, option)), ..self }
    }

    const fn with_advice(self, advice: &'static str) -> Self {
        Self { advice, ..self }
    }
}

impl Examined for netvisor::Scheme {
    const READ: Option<&'static str> =
        Some("https://integration.netvisor.fi/customerlist.nv?keyword=countersign");
    const QUESTIONS: (&'static Question, &'static [Question]) = (
        &Question::new(
            "algorithm",
            Form::new("hmac-sha256", "HMACSHA256", |settings| {
                settings.algorithm = Some(Algorithm::HmacSha256);
            })
            .set_by(".algorithm(MacAlgorithm::HmacSha256)", "--algorithm hmac-sha256"),
            &[Form::new("sha256", "SHA256", |settings| settings.algorithm = Some(Algorithm::Sha256))
                .set_by(".algorithm(MacAlgorithm::Sha256)", "--algorithm sha256")
                .with_advice("Netvisor is going to remove it: ask for HMACSHA256.")],
        ),
        &[
            Question {
                query: Some("customercode=countersign%20doctor"),
                ..Question::new("query", Form::AS_SENT, &[Form::DECODED])
            },
            Question {
                besides: ", with a sender's name that ends in \u{e4}",
                ..Question::new(
                    "charset",
                    Form::new("iso-8859-15", "ISO-8859-15", |settings| {
                        settings.sender = Some(|own| ascii(own) + "\u{e4}");
                    }),
                    // The two bytes of the letter in UTF-8, as characters of ISO-8859-15.
                    &[Form::new("utf-8", "UTF-8", |settings| {
                        settings.sender = Some(|own| ascii(own) + "\u{c3}\u{20ac}");
                    })
                    .with_advice(
                        "There is no setting for it: keep the sender's name, ids and keys in ASCII.",
                    )],
                )
            },
        ],
    );
    const CLOCK: Clock = Clock {
        tolerance: Some(60),
        why: "Netvisor checks the times of a request and does not say how closely: stay within a minute.",
    };

    fn refuses(error: &Error) -> bool {
        error.code() == "netvisor-authentication-failed"
    }

    fn is_reply(body: &[u8]) -> bool {
        !is_page(body) && body.trim_ascii_start().starts_with(b"<")
    }
}

/// Whether a body is HTML, which none of the providers sends.
fn is_page(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    let begins = |tag: &[u8]| body.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    begins(b"<!doctype html") || begins(b"<html")
}

/// The sender's name in ASCII, which all charsets share: Netvisor takes any name.
pub(super) fn ascii(own: &str) -> String {
    let own: String = own.chars().filter(char::is_ascii).collect();
    if own.trim().is_empty() { "countersign".to_owned() } else { own.trim().to_owned() }
}

impl Examined for netgiro::Scheme {
    const READ: Option<&'static str> = Some("https://api.netgiro.is/v1/sales/GetList");
    const FAILS: Option<&'static str> =
        Some("/v1/checkout/CheckCart?transactionId=00000000-0000-0000-0000-000000000000");
    const CLOCK: Clock = Clock {
        tolerance: None,
        why: "Netgíró checks no time, but nonces must rise, and come from the clock.",
    };

    fn of_reply(netgiro: &Signer<Self>, exchange: &Exchange) -> Option<Finding> {
        Some(formula(netgiro, exchange))
    }

    fn of_failing_reply(netgiro: &Signer<Self>, exchange: &Exchange) -> Option<Finding> {
        Some(error_replies(netgiro, exchange))
    }
}

/// As far ahead as `countersign::webhook::Window` lets a delivery be.
const OF_WEBHOOKS: Clock = Clock {
    tolerance: Some(60),
    why: "Requests carry no time; webhooks are refused if they seem more than a minute ahead.",
};

impl Examined for unleashed::Scheme {
    const READ: Option<&'static str> = Some("https://api.unleashedsoftware.com/Customers/1?pageSize=1");
    const QUESTIONS: (&'static Question, &'static [Question]) = (
        &Question::CREDENTIALS,
        &[Question {
            query: Some("modifiedSince=2000-01-01T00%3A00%3A00"),
            ..Question::new("query", Form::DECODED, &[Form::AS_SENT])
        }],
    );
    const CLOCK: Clock = OF_WEBHOOKS;
}

impl Examined for vizion::Scheme {
    const READ: Option<&'static str> = Some("https://prod.vizionapi.com/carriers");
    const CLOCK: Clock = OF_WEBHOOKS;
}

impl Examined for declared::Scheme {
    const READ: Option<&'static str> = None;
    const CLOCK: Clock = Clock { tolerance: None, why: "" };
}

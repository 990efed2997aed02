//! Why the tool did not succeed, and with which exit code.

use std::path::Path;
use std::process::ExitCode;

use countersign::Error;
use countersign::fault::Kind;
use countersign_cli::capture::Unreadable;
use serde::Serialize;

use crate::code::Code;

/// The kinds of failure, with the exit codes that scripts may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The provider said no, the reply did not verify, or the credentials do not belong there; or a receiver accepted
    /// a forgery.
    Refused = 1,
    /// The arguments, a file named in them, or the credentials cannot be used.
    Usage = 2,
    /// The message did not get through.
    Transport = 3,
    /// Something stayed open: whether a forgery was accepted, or what `doctor` was to find out.
    Unclear = 4,
}

/// Why the tool did not succeed. No secret is in it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// `None` if the verb's own output has said everything.
    told: Option<Told>,
}

/// The text of a failure, in words or as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_step: Option<String>,
}

impl Told {
    pub(crate) fn of(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: match error.code() {
                // Their causes are the operating system's, and hold nothing of what is in the file.
                "credentials-file" | "credentials-command" => with_causes(error),
                _ => error.to_string(),
            },
            next_step: Some(next_step(error).to_owned()),
        }
    }
}

/// What to do about it: in terms of flags, if the library's own sentence is for programmers.
fn next_step(error: &Error) -> &str {
    match error.code() {
        "origin-not-allowed" => {
            "If the host is yours or the vendor's, add it with --allow-origin; else correct the URL."
        }
        // The tool judges only captured messages, mostly some time after they arrived.
        "webhook-too-old" | "webhook-too-early" | "webhook-expired" => {
            "Give --at, the time at which it arrived. If that is given and right, check the sender's clock."
        }
        _ => error.next_step(),
    }
}

impl Failure {
    /// The arguments or the environment cannot be used.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, Code::Usage, message)
    }

    /// The same, with a code of its own.
    pub(crate) fn unusable(code: Code, message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, code, message)
    }

    /// The provider answered, and its answer is no.
    pub(crate) fn refused(code: Code, message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, code, message)
    }

    /// A connection, or standard output, broke.
    pub(crate) fn transport(message: impl Into<String>) -> Self {
        Self::new(Exit::Transport, Code::Transport, message)
    }

    /// Refused, as the verb's own output has said.
    pub(crate) fn refused_as_printed() -> Self {
        Self::as_printed(Exit::Refused)
    }

    /// Unclear, as the verb's own output has said.
    pub(crate) fn unclear_as_printed() -> Self {
        Self::as_printed(Exit::Unclear)
    }

    /// A failure of this kind, as the verb's own output has said.
    pub(crate) fn as_printed(exit: Exit) -> Self {
        Self { exit, told: None }
    }

    /// The same, with a sentence that tells what to do.
    pub(crate) fn with_next_step(mut self, next_step: &str) -> Self {
        if let Some(told) = &mut self.told {
            told.next_step = Some(next_step.to_owned());
        }
        self
    }

    /// The same, as a mistake in the arguments: nothing was about to be sent.
    pub(crate) fn in_arguments(mut self) -> Self {
        self.exit = Exit::Usage;
        self
    }

    /// The same, as a mistake in a file.
    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        if let Some(told) = &mut self.told {
            told.message = format!("{}: {}", file.display(), told.message);
        }
        self
    }

    /// The same, with something else that was noticed.
    pub(crate) fn with_note(mut self, note: &str) -> Self {
        if let Some(told) = &mut self.told {
            told.message = format!("{}; {note}", told.message);
        }
        self
    }

    fn new(exit: Exit, code: Code, message: impl Into<String>) -> Self {
        Self {
            exit,
            told: Some(Told { code: code.name().to_owned(), message: message.into(), next_step: None }),
        }
    }

    /// The text of the failure; `None` if the verb's own output has said everything.
    pub(crate) fn told(&self) -> Option<&Told> {
        self.told.as_ref()
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        // The codes are 1 to 4.
        ExitCode::from(self.exit as u8)
    }
}

/// A fault of the settings, or of a request that nobody could sign, is a matter of usage. Everything else was refused, by us
/// or by the provider.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let unusable =
            matches!(error.kind(), Kind::Configuration | Kind::Signing) || error.code() == "user-info-in-url";
        let exit = if unusable { Exit::Usage } else { Exit::Refused };
        Self { exit, told: Some(Told::of(&error)) }
    }
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        let failure = Self::usage(unreadable.message);
        match unreadable.next_step {
            Some(next_step) => failure.with_next_step(next_step),
            None => failure,
        }
    }
}

impl From<reqwest_middleware::Error> for Failure {
    fn from(error: reqwest_middleware::Error) -> Self {
        match error {
            reqwest_middleware::Error::Reqwest(error) => error.into(),
            reqwest_middleware::Error::Middleware(error) => match error.downcast::<Error>() {
                Ok(error) => error.into(),
                Err(error) => Self::transport(error.to_string()),
            },
        }
    }
}

/// Leaves out the URL, whose query may hold personal data, and adds every cause underneath.
impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::transport(with_causes(&error.without_url()))
    }
}

/// What an error says, and each cause underneath.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let told: Vec<_> = chain(error).map(ToString::to_string).collect();
    told.join(": ")
}

/// An error, and what lies underneath.
pub(crate) fn chain<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'e (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

//! What can be wrong with a file, with a message to sign, and with a message to verify.

use std::borrow::Cow;
use std::fmt;

use crate::error::{Code, Error, Fault};
use crate::fault::faults;

faults! {
    /// One way of failing.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Kind {
        Malformed = Configuration, "declaration-malformed", "is not as it should be",
            "Correct the line: the message says what is expected there.";
        TooLarge = Configuration, "declaration-too-large", "is too much",
            "Declare one scheme, with a few vectors: it takes some twenty lines.";
        FileName = Configuration, "declaration-name", "cannot be the name",
            "Give the provider a name of its own: lower-case letters, digits and hyphens.";
        Origin = Configuration, "declaration-origin", "is no origin",
            "Write origins like https://api.example.com; plain http is for loopback only.";
        UnknownName = Configuration, "declaration-unknown-name", "is not known",
            "Use one of the names that the message lists, or declare yours first.";
        Asymmetric = Configuration, "declaration-asymmetric", "has a public key",
            "Use a library for that algorithm: a declaration has shared secrets only.";
        NameTaken = Configuration, "declaration-name-taken", "means something else",
            "Rename one of the two.";
        StepOrder = Configuration, "declaration-step-order", "is used too early",
            "Move the step that is used in front of the one that uses it.";
        NoSignature = Configuration, "declaration-no-signature", "is no signature",
            "Make a step `signature` with `mac` or `hash` and a secret, and place it under [send].";
        PlacedTwice = Configuration, "declaration-placed-twice", "is placed twice",
            "Keep one of the two.";
        Unreadable = Configuration, "declaration-unreadable", "cannot be read back",
            "Put text between the values, so that a verifier can take them apart.";
        StampUnplaced = Configuration, "declaration-stamp-unplaced", "is not placed",
            "Place the stamp under [send], where a verifier finds it.";
        SecretPlaced = Configuration, "declaration-secret-placed", "holds a secret",
            "Place an id, or a MAC made with the secret; never the secret itself.";
        KeyEmpty = Configuration, "declaration-key-empty", "has no key",
            "Name the secret that is the key, like key = \"{secret}\".";
        Webhook = Configuration, "declaration-webhook", "does not tell fresh from old",
            "Write webhook = { tolerance = \"5m\" }, or { remember = \"1d\" } where no time is signed.";
        Vector = Configuration, "declaration-vector", "is no message",
            "Write the message as it is sent, with an absolute URL, and every name that it needs.";

        Unwritable = Signing, "declared-unwritable", "cannot be written as the file says",
            "Compare the value with what its filters, its header or its key take.";
        Body = Signing, "declared-body", "is to be placed in a body of another kind",
            "Send a form, or a JSON object, as the file says.";
        Stamp = Signing, "declared-stamp", "is not given once",
            "Give each stamp of the file once, by its name.";
        TooLong = Signing, "declared-too-long", "makes far more than the message has",
            "Look for a step that repeats the body many times.";
        NoWebhook = Configuration, "declared-no-webhook", "is not declared",
            "Add webhook = { tolerance = \"5m\" } to the file.";
        NoReply = Signing, "declared-no-reply", "is not declared",
            "Add a table [reply] to the file.";

        Missing = Verification, "declared-missing", "is missing",
            "See whether a proxy drops it; else treat the message as forged.";
        Duplicate = Verification, "declared-duplicate", "is there more than once",
            "Treat the message as forged.";
        Illegible = Verification, "declared-malformed", "cannot be read",
            "Treat the message as forged.";
        Mismatch = Verification, "declared-value-mismatch", "is not what the message should have there",
            "See whether a proxy changes method, host or path; else treat the message as forged.";
        NotCovered = Verification, "declared-not-covered", "must be covered by the signature, and is not",
            "Ask the sender to sign it; otherwise anyone on the way can change it.";
        UnknownId = Verification, "declared-id-unknown", "is an id of somebody else",
            "Compare your ids with the id that the message names.";
        WrongSignature = Verification, "declared-signature-mismatch", "does not match",
            "Check the secret, then whether a proxy changes what is signed.";
        ReplyTooLong = Verification, "reply-too-long", "of the reply is longer than the limit",
            "Raise `reply_limit` if replies of this size are expected.";
        ReplyOutOfMemory = Verification, "reply-out-of-memory", "of the reply does not fit into memory",
            "Lower `reply_limit` to what memory can hold.";
        Reflected = Verification, "declared-reflected", "is that of our own request, sent back",
            "Treat the reply as forged.";
    }
}

/// A fault, and the word that it concerns; in a file, also the line and what was expected there.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) kind: Kind,
    pub(super) word: Box<str>,
    expected: Option<(usize, Cow<'static, str>)>,
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST_WORD: usize = 80;
        let word: String = self.word.escape_debug().take(LONGEST_WORD).collect();
        let kind = self.kind;
        match &self.expected {
            Some((line, expected)) => write!(f, "line {line}: `{word}` {kind}: {expected}"),
            None => write!(f, "`{word}` {kind}"),
        }
    }
}

impl Fault for Declared {
    fn code(&self) -> Code {
        self.kind.code()
    }
}

/// A fault of a message.
pub(super) fn fault(kind: Kind, word: impl Into<Box<str>>) -> Error {
    Error::new(Declared { kind, word: word.into(), expected: None })
}

/// A fault of a file.
pub(super) fn refusal(kind: Kind, line: usize, word: &str, expected: impl Into<Cow<'static, str>>) -> Error {
    Error::new(Declared { kind, word: word.into(), expected: Some((line, expected.into())) })
}

/// A weak point of a declared scheme. The file works all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// A stable name, e.g. `border-can-move`.
    pub code: &'static str,
    /// The line of the file, from 1.
    pub line: usize,
    /// The weak point, in a sentence.
    pub message: String,
}

/// The stable names of the weak points, each with its sentence.
pub(crate) const WARNINGS: [(&str, &str); 8] = [
    ("no-stamp", "Nothing tells a fresh message from a copy."),
    ("stamp-not-signed", "A stamp is placed and not signed: anyone on the way can change it."),
    ("body-not-covered", "The body is not signed."),
    ("secret-digest-placed", "A header or pair is made of a secret alone: whoever has seen it can send it."),
    ("weak-hash", "MD5 or SHA-1 is used."),
    ("json-reserialised", "Members of a JSON body are printed anew: `1` and `\"1\"` are alike."),
    (
        "extendable",
        "A plain hash begins with the secret and does not end with it: whoever has seen a signature can make the signature of a longer text.",
    ),
    ("border-can-move", "Two values stand side by side in the signed text: other values give the same text."),
];

impl Warning {
    pub(super) fn new(code: &'static str, line: usize, word: &str) -> Self {
        let text = WARNINGS.iter().find(|(other, _)| *other == code).map_or("", |(_, text)| text);
        Self { code, line, message: format!("`{word}`: {text}") }
    }
}

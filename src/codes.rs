//! All codes of this crate, for programs; `docs/codes.md` lists the same codes.

use crate::error::Code;
#[cfg(all(feature = "diagnose", any(feature = "netgiro", feature = "netvisor")))]
use crate::explain::Explained as _;

/// The codes of [`Error`](crate::Error)s, each with its message, where `{detail}` stands for the details of a case. A
/// code that several faults share is listed for each of them.
pub fn errors() -> impl Iterator<Item = (Code, &'static str)> {
    let tables = [
        crate::env::VariableFault::CODES,
        crate::field::Problem::CODES,
        crate::random::RandomnessFault::CODES,
        crate::scope::ScopeFault::CODES,
        crate::signing::SigningFault::CODES,
        crate::time::ClockFault::CODES,
    ]
    .into_iter();
    #[cfg(feature = "declared")]
    let tables = tables.chain(crate::declared::CODES);
    #[cfg(feature = "middleware")]
    let tables = tables.chain(crate::middleware::CODES);
    #[cfg(feature = "netgiro")]
    let tables = tables.chain(crate::netgiro::CODES);
    #[cfg(feature = "netvisor")]
    let tables = tables.chain(crate::netvisor::CODES);
    #[cfg(any(feature = "unleashed", feature = "vizion"))]
    let tables = tables.chain([crate::page::PageFault::CODES]);
    #[cfg(feature = "rotation")]
    let tables = tables.chain(crate::rotation::CODES);
    #[cfg(feature = "unleashed")]
    let tables = tables.chain(crate::unleashed::CODES);
    #[cfg(feature = "vizion")]
    let tables = tables.chain(crate::vizion::CODES);
    #[cfg(feature = "webhook")]
    let tables = tables.chain(crate::webhook::CODES);
    tables.flatten().copied()
}

/// The codes of diagnoses, each with its sentence.
///
/// With the feature `diagnose`.
#[cfg(feature = "diagnose")]
pub fn diagnoses() -> impl Iterator<Item = (&'static str, &'static str)> {
    let own = std::iter::empty();
    #[cfg(feature = "netgiro")]
    let own = own.chain(crate::netgiro::Scheme::own_mistakes());
    #[cfg(feature = "netvisor")]
    let own = own.chain(crate::netvisor::Scheme::own_mistakes());
    crate::diagnose::codes()
        .chain(own.map(|own: &crate::explain::OwnMistake| (own.mistake.code, own.mistake.sentence)))
}

/// The codes of the warnings of declarations, each with its sentence.
///
/// With the feature `declared`.
#[cfg(feature = "declared")]
pub fn warnings() -> impl Iterator<Item = (&'static str, &'static str)> {
    crate::declared::WARNINGS.into_iter()
}

//! The pure core, in which the signed text is data.
//!
//! A [`Scheme`](crate::Scheme) states its signed text once, as labelled segments handed to a [`SignedText`]. Signing
//! feeds the segments into a MAC; verifying and explaining use the same segments, so they cannot drift apart. Nothing
//! here depends on reqwest, does I/O or reads a clock by itself.
//!
//! ```text
//! request ──▶ scope ──▶ stamp ──▶ segments ──▶ MAC ──▶ headers
//! ```

mod fault;
#[cfg(any(feature = "declared", feature = "diagnose"))]
pub(crate) mod filter;
mod gathered;
#[cfg(any(feature = "declared", feature = "diagnose"))]
pub(crate) mod hash;
mod headers;
mod mac;
#[cfg(feature = "declared")]
pub(crate) mod members;
pub(crate) mod request;
pub(crate) mod signed_form;
mod source;
#[cfg(feature = "declared")]
pub(crate) mod stamp;
mod text;

pub(crate) use fault::SigningFault;
pub use headers::AuthHeaders;
pub(crate) use headers::write_values;
pub(crate) use mac::Digest;
pub use mac::{Encoding, Mac, MacAlgorithm, MacKey, Signature};
pub use request::Payload;
pub(crate) use request::RequestRef;
pub(crate) use request::absolute;
pub(crate) use request::as_sent;
pub use source::{Charset, Source};
pub use text::{Segment, SegmentKind, SignedText};

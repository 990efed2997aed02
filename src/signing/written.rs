//! Header values out of numbers.

use std::fmt::Display;
use std::io::{Cursor, Write as _};

use bytes::Bytes;
use http::HeaderValue;

use crate::error::{Class, Error, Fault};

/// Room for a timestamp, a 64-bit number and a UUID.
const ROOM: usize = 96;

/// Writes values one after the other into one buffer, so that together they cost one allocation, and their clones none.
///
/// # Errors
/// When they are longer than 96 bytes together, or no header could hold one.
pub(crate) fn write_values<const N: usize>(values: [&dyn Display; N]) -> Result<[HeaderValue; N], Error> {
    let mut buffer = Cursor::new([0; ROOM]);
    let mut ends = [0; N];
    for (value, end) in values.iter().zip(&mut ends) {
        write!(buffer, "{value}").map_err(|source| Error::new(Unwritable).with_source(source))?;
        // The position is at most `ROOM`.
        *end = usize::try_from(buffer.position()).unwrap_or(ROOM);
    }
    let shared = Bytes::from_owner(buffer.into_inner());
    let mut written = [const { HeaderValue::from_static("") }; N];
    let mut start = 0;
    for (value, end) in written.iter_mut().zip(ends) {
        *value = HeaderValue::from_maybe_shared(shared.slice(start..end))
            .map_err(|source| Error::new(Unwritable).with_source(source))?;
        start = end;
    }
    Ok(written)
}

#[derive(Debug, thiserror::Error)]
#[error("a value of this attempt cannot be written as a header")]
struct Unwritable;

impl Fault for Unwritable {
    fn code(&self) -> &'static str {
        "header-unwritable"
    }
    fn class(&self) -> Class {
        Class::Signing
    }
    fn next_step(&self) -> &'static str {
        "Report this: the values are drawn by the crate itself."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_one_by_one() {
        let [number, text, empty] = write_values([&u64::MAX, &"text", &""]).unwrap();
        assert_eq!([number, text, empty], ["18446744073709551615", "text", ""]);
    }

    #[test]
    fn too_long_or_unfit_is_an_error() {
        assert_eq!(write_values([&"x".repeat(ROOM)]).unwrap(), ["x".repeat(ROOM)]);
        assert_eq!(write_values([&"x".repeat(ROOM + 1)]).unwrap_err().code(), "header-unwritable");
        let unfit = write_values([&"line\n"]).unwrap_err();
        assert_eq!(unfit.code(), "header-unwritable");
        assert!(unfit.next_step().starts_with("Report this"));
    }
}

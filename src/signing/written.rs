//! Header values that share one buffer.

use bytes::Bytes;
use http::HeaderValue;

use super::fault::SigningFault;
use crate::error::Error;

/// Room for a timestamp, a 64-bit number and a UUID.
const ROOM: usize = 96;

/// Copies texts one after the other into one buffer, so that together they cost one allocation, and their clones none.
///
/// # Errors
/// When they are longer than 96 bytes together, or no header could hold one.
pub(crate) fn write_values<const N: usize>(texts: [&[u8]; N]) -> Result<[HeaderValue; N], Error> {
    let mut buffer = [0; ROOM];
    let mut rest = &mut buffer[..];
    for text in texts {
        let (room, behind) =
            rest.split_at_mut_checked(text.len()).ok_or_else(|| Error::new(SigningFault::Unwritable))?;
        room.copy_from_slice(text);
        rest = behind;
    }
    let mut shared = Bytes::from_owner(buffer);
    let mut values = [const { HeaderValue::from_static("") }; N];
    for (value, text) in values.iter_mut().zip(texts) {
        *value = HeaderValue::from_maybe_shared(shared.split_to(text.len()))
            .map_err(|source| Error::new(SigningFault::Unwritable).with_source(source))?;
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_one_by_one() {
        let [number, text, empty] = write_values([b"42", b"text", b""]).unwrap();
        assert_eq!([number, text, empty], ["42", "text", ""]);
    }

    #[test]
    fn too_long_or_unfit_is_an_error() {
        assert_eq!(write_values(["x".repeat(ROOM).as_bytes()]).unwrap(), ["x".repeat(ROOM)]);
        assert_eq!(write_values(["x".repeat(ROOM + 1).as_bytes()]).unwrap_err().code(), "header-unwritable");
        let unfit = write_values([b"line\n"]).unwrap_err();
        assert_eq!(unfit.code(), "header-unwritable");
        assert!(unfit.next_step().starts_with("Report this"));
    }
}

//! `-H`: headers of your own. An error names the header or its place, never its value, which may be a secret.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::failure::Failure;

/// Reads `NAME: VALUE`, and refuses a header that the provider sets: yours would be replaced silently.
pub(crate) fn read(
    texts: &[String],
    set_by_provider: impl Fn(&HeaderName) -> bool,
) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for (index, text) in texts.iter().enumerate() {
        let malformed =
            || Failure::usage(format!("the header of -H number {} is not NAME: VALUE", index + 1));
        let (name, value) = text.split_once(':').ok_or_else(malformed)?;
        let name: HeaderName = name.trim().parse().map_err(|_| malformed())?;
        if set_by_provider(&name) {
            let message = format!("-H {name}: the provider sets this header itself");
            return Err(Failure::usage(message).with_next_step(
                "Leave it out: its value comes from the credentials in the environment, or from a flag.",
            ));
        }
        let value: HeaderValue = value.trim().parse().map_err(|_| {
            Failure::usage(format!("-H {name}: the value has a character that no header may have"))
        })?;
        headers.append(name, value);
    }
    Ok(headers)
}

//! A request as a curl command.

use http::{HeaderValue, Method, header};

use crate::environment::Environment;
use crate::failure::Failure;
use crate::input::Data;
use crate::providers::Tool;
use crate::request::Request;

/// The command that sends a signed request. A header that is the value of a variable is written as `$VARIABLE`, so that
/// the value stays out of the shell's history; a signature cannot be had from the shell and is written out.
///
/// What the environment file has, the shell reads there first, in a shell of its own, which forgets it afterwards.
pub(crate) fn command<P: Tool>(
    signed: &Request,
    data: Option<&Data>,
    environment: &Environment,
) -> Result<String, Failure> {
    let mut parts = vec![format!("curl {}", method(&signed.method)), "--globoff".to_owned()];
    let mut file = None;
    for (name, value) in &signed.headers {
        let value = match variable::<P>(value, environment) {
            Some(variable) => {
                file = file.or_else(|| environment.file_with(variable));
                format!("\"{name}: ${variable}\"")
            }
            None => quote_bytes(&[name.as_str().as_bytes(), b": ", value.as_bytes()].concat()),
        };
        parts.push(format!("--header {value}"));
    }
    if let Some(data) = data {
        if !signed.headers.contains_key(header::CONTENT_TYPE) {
            // Else curl would call it a form.
            parts.push("--header 'content-type:'".to_owned());
        }
        parts.push(format!("--data-binary {}", quote(&data.argument())?));
    }
    parts.push(quote(signed.outgoing().url_as_sent())?);
    let command = parts.join(" \\\n  ");
    Ok(match file {
        Some(file) => format!("({} && {command})", file.shell_command()?),
        None => command,
    })
}

fn method(method: &Method) -> String {
    // With `--request HEAD`, curl would wait for a body.
    if method == Method::HEAD { "--head".to_owned() } else { format!("--request {method}") }
}

/// The variable that holds just this value. Only of ASCII, since the header may be in another charset.
fn variable<P: Tool>(value: &HeaderValue, environment: &Environment) -> Option<&'static str> {
    let holds =
        |name: &&'static str| environment.get(name).is_ok_and(|held| held.is_some_and(|held| held == *value));
    P::VARIABLES.iter().copied().find(holds).filter(|_| value.as_bytes().is_ascii())
}

fn quote(text: &str) -> Result<String, Failure> {
    let quoted = shlex::try_quote(text).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(quoted.into_owned())
}

/// Quotes bytes that may be no UTF-8, as in Netvisor's headers, in the form that bash, zsh and ksh read.
pub(crate) fn quote_bytes(bytes: &[u8]) -> String {
    match shlex::bytes::try_quote(bytes) {
        Ok(quoted) if bytes.is_ascii() => String::from_utf8_lossy(&quoted).into_owned(),
        _ => {
            let escape = |&byte: &u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(byte)),
                b' '..=b'~' => char::from(byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            };
            format!("$'{}'", bytes.iter().map(escape).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        assert_eq!(quote_bytes(b"x-sender: it's"), "\"x-sender: it's\"");
        assert_eq!(quote_bytes(b"x-sender: a\xe4 'q' \\"), "$'x-sender: a\\xe4 \\'q\\' \\\\'");
        assert_eq!(quote("https://h/?a=$(x)&b=`y`").unwrap(), "'https://h/?a=$(x)&b=`y`'");
    }
}

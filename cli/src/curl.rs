//! A request as a curl command.

use http::{HeaderValue, Method, header};

use crate::env_file::EnvFile;
use crate::environment::{Environment, Piece};
use crate::failure::Failure;
use crate::input::Data;
use crate::providers::Tool;
use crate::request::Request;

/// The command that sends a signed request. A header that is the value of a variable is written as `$VARIABLE`, so that
/// the value stays out of the shell's history, and so is a secret that was put elsewhere, as it is, by mistake; a
/// signature cannot be had from the shell and is written out.
///
/// What the environment file has, the shell reads there first, in a shell of its own, which forgets it afterwards.
pub(crate) fn command<P: Tool>(
    signed: &Request,
    data: Option<&Data>,
    environment: &Environment,
) -> Result<String, Failure> {
    let mut shell = Shell { environment, secrets: P::SECRETS, file: None };
    let mut parts = vec![format!("curl {}", method(&signed.method)), "--globoff".to_owned()];
    for (name, value) in &signed.headers {
        let value = match variable::<P>(value, environment) {
            Some(variable) => format!("\"{name}: {}\"", shell.value_of(variable)),
            None => match value.to_str() {
                Ok(value) => shell.quote(&format!("{name}: {value}"))?,
                Err(_) => quote_bytes(&[name.as_str().as_bytes(), b": ", value.as_bytes()].concat()),
            },
        };
        parts.push(format!("--header {value}"));
    }
    if let Some(data) = data {
        if !signed.headers.contains_key(header::CONTENT_TYPE) {
            // Else curl would call it a form.
            parts.push("--header 'content-type:'".to_owned());
        }
        parts.push(format!("--data-binary {}", shell.quote(&data.argument())?));
    }
    parts.push(shell.quote(signed.outgoing().url_as_sent())?);
    let command = parts.join(" \\\n  ");
    Ok(match shell.file {
        Some(file) => format!("({} && {command})", file.shell_command()?),
        None => command,
    })
}

fn method(method: &Method) -> String {
    // With `--request HEAD`, curl would wait for a body.
    if method == Method::HEAD { "--head".to_owned() } else { format!("--request {method}") }
}

/// Whoever runs the command.
struct Shell<'e> {
    environment: &'e Environment,
    secrets: &'static [&'static str],
    /// The file that it has to read first.
    file: Option<&'e EnvFile>,
}

impl Shell<'_> {
    /// What stands for the value of a variable.
    fn value_of(&mut self, variable: &str) -> String {
        self.file = self.file.or_else(|| self.environment.file_with(variable));
        format!("${variable}")
    }

    /// Quotes text, around the secrets that were put into it by mistake.
    fn quote(&mut self, text: &str) -> Result<String, Failure> {
        let pieces = self.environment.pieces(text, self.secrets);
        let is_whole = pieces.len() == 1;
        let quoted = pieces.into_iter().map(|piece| match piece {
            Piece::ValueOf(variable) => Ok(format!("\"{}\"", self.value_of(variable))),
            Piece::Text("") if !is_whole => Ok(String::new()),
            Piece::Text(text) => quote(text),
        });
        quoted.collect()
    }
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

//! A request as a curl command for a POSIX shell, in which no part of the request runs anything.

use http::{HeaderValue, Method, header};

use crate::env_file::EnvFile;
use crate::environment::{Environment, Piece};
use crate::failure::Failure;
use crate::input::Data;
use crate::providers::Tool;
use crate::request::Request;
use crate::shell::quote;

/// What is printed.
pub(crate) struct Printed {
    pub(crate) command: String,
    /// What the user has to do before the command can run.
    pub(crate) note: Option<String>,
}

/// The command that sends a signed request. `$VARIABLE` stands for a header that is the value of a variable, so that the
/// value stays out of the shell's history, and for a secret that was misplaced as it is. If a misplaced secret is encoded,
/// nothing is printed. The signature is written out, since no variable has it.
///
/// If a variable comes from the environment file, a subshell reads the file first, and forgets it afterwards. A file that
/// would set more than the tool's own variables is not read; a note leaves that to the user.
pub(crate) fn command<P: Tool>(
    signed: &Request,
    data: Option<&Data>,
    environment: &Environment,
) -> Result<Printed, Failure> {
    let mut shell = Shell { environment, file: None };
    let mut parts = vec![format!("curl {}", method(&signed.method)), "--globoff".to_owned()];
    for (name, value) in &signed.headers {
        let header = match (variable::<P>(value, environment), std::str::from_utf8(value.as_bytes())) {
            (Some(variable), _) => quote(format!("{name}: ").as_bytes()) + &shell.value_of(variable),
            // With a colon and no value, curl would remove the header.
            (None, Ok("")) => quote(format!("{name};").as_bytes()),
            (None, Ok(value)) => shell.quote(&format!("{name}: {value}"))?,
            (None, Err(_)) => quote(&[name.as_str().as_bytes(), b": ", value.as_bytes()].concat()),
        };
        parts.push(format!("--header {header}"));
    }
    if let Some(data) = data {
        if !signed.headers.contains_key(header::CONTENT_TYPE) {
            // Otherwise curl would call the body a form.
            parts.push("--header 'content-type:'".to_owned());
        }
        let argument = match data {
            Data::Text(text) => shell.quote(text)?,
            Data::File(path) => quote(&[b"@", path.as_os_str().as_encoded_bytes()].concat()),
            Data::StandardInput => quote(b"@-"),
        };
        parts.push(format!("--data-binary {argument}"));
    }
    parts.push(shell.quote(signed.outgoing().url_as_sent())?);
    let command = parts.join(" \\\n  ");
    let Some(file) = shell.file else { return Ok(Printed { command, note: None }) };
    let read = file.shell_command();
    Ok(match file.first_line_of_others()? {
        None => Printed { command: format!("({read} && {command})"), note: None },
        Some(line) => {
            let note = format!(
                "line {line} of the environment file is not for one of this tool's variables, and a shell would act on it: \
                 the command does not read the file. Run {read} first, if you trust all of it"
            );
            Printed { command, note: Some(note) }
        }
    })
}

fn method(method: &Method) -> String {
    // With `--request HEAD`, curl would wait for a body.
    if method == Method::HEAD {
        "--head".to_owned()
    } else {
        format!("--request {}", quote(method.as_str().as_bytes()))
    }
}

/// The shell that runs the command.
struct Shell<'e> {
    environment: &'e Environment,
    /// The file that has to be read first.
    file: Option<&'e EnvFile>,
}

impl Shell<'_> {
    /// What stands for the value of a variable.
    fn value_of(&mut self, variable: &str) -> String {
        self.file = self.file.or_else(|| self.environment.file_with(variable));
        format!("\"${variable}\"")
    }

    /// Quotes text, with variables for misplaced secrets. No variable can stand for an encoded secret: such a text is refused.
    fn quote(&mut self, text: &str) -> Result<String, Failure> {
        let pieces = self.environment.pieces(text);
        let is_whole = pieces.len() == 1;
        let quoted = pieces.into_iter().map(|piece| match piece {
            Piece::ValueOf(variable) => Ok(self.value_of(variable)),
            Piece::Text("") if !is_whole => Ok(String::new()),
            Piece::Text(text) if self.environment.masked(text) != text => Err(encoded_secret()),
            Piece::Text(text) => Ok(quote(text.as_bytes())),
        });
        quoted.collect()
    }
}

fn encoded_secret() -> Failure {
    Failure::usage("a key or secret stands in the request in another spelling, and would be printed")
        .with_next_step(
            "Take it out of the URL, the headers or the body; if it was sent there before, rotate it.",
        )
}

/// The variable that holds just this value. Only for ASCII values, since the header may be in another charset.
fn variable<P: Tool>(value: &HeaderValue, environment: &Environment) -> Option<&'static str> {
    let holds =
        |name: &&'static str| environment.get(name).is_ok_and(|held| held.is_some_and(|held| held == *value));
    P::VARIABLES.iter().copied().find(holds).filter(|_| value.as_bytes().is_ascii())
}

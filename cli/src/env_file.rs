//! The file that `--env-file` names.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::shell::quote;

/// Some editors, Notepad among them, put this mark in front of a text in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The variables of a file, some of them secret: no `Debug` on purpose.
pub(crate) struct EnvFile {
    path: PathBuf,
    /// As in the file, with its byte-order mark if it has one.
    text: String,
    values: HashMap<String, String>,
}

impl EnvFile {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let unreadable = |reason: String| {
            Failure::usage(format!("cannot read the environment file {}: {reason}", path.display()))
        };
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let unmarked = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
        if let Some((line, name)) = first_substitution(unmarked) {
            return Err(unreadable(format!(
                "line {line}: {name} has a '$', which stands for another variable; put its value into single quotes"
            )));
        }
        let lines_read = Cell::new(0);
        let lines = LineByLine { rest: unmarked.as_bytes(), read: &lines_read };
        let values: Result<_, _> = dotenvy::from_read_iter(lines).collect();
        let values = values.map_err(|error| unreadable(reason(&error, lines_read.get())))?;
        Ok(Self { path: path.to_owned(), text, values })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The command with which a shell reads the file.
    pub(crate) fn shell_command(&self) -> String {
        let path = self.path.as_os_str().as_encoded_bytes();
        // Without a slash, a shell would look for the file elsewhere or take the path for an option.
        let here: &[u8] = if self.path.is_absolute() { b"" } else { b"./" };
        format!(". {}", quote(&[here, path].concat()))
    }

    /// The number of the first line that is not for one of the tool's variables, such as `PATH=…`: a shell that reads the
    /// file would act on that line. Fails if a line gives one of the tool's variables another value in a shell.
    pub(crate) fn first_line_of_others(&self) -> Result<Option<usize>, Failure> {
        let path = self.path.display();
        if self.text.starts_with(BYTE_ORDER_MARK) {
            return Err(Failure::usage(format!(
                "{path} begins with a byte-order mark, which a shell takes for a part of the first name: save it without"
            )));
        }
        let mut first = None;
        for (index, line) in self.text.split('\n').enumerate() {
            let is_of_others =
                !is_blank_to_a_shell(line) && !assignment(line).is_some_and(|(name, _)| is_own(name.trim()));
            if is_of_others {
                first.get_or_insert(index + 1);
            } else if !is_read_alike_by_a_shell(line) {
                return Err(Failure::usage(format!(
                    "line {} of {path} means something else to a shell, so that no command can read it: write NAME='VALUE'",
                    index + 1
                )));
            }
        }
        Ok(first)
    }
}

/// Hands out one line at a time and counts them, since the parser's errors do not say where they are.
struct LineByLine<'t> {
    rest: &'t [u8],
    read: &'t Cell<usize>,
}

impl Read for LineByLine<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut line = self.rest.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let length = line.read(buffer)?;
        self.rest = self.rest.get(length..).unwrap_or_default();
        // A line that is longer than the buffer is counted at its end.
        if length > 0 && line.is_empty() {
            self.read.set(self.read.get() + 1);
        }
        Ok(length)
    }
}

/// What went wrong. The error's own text quotes the line, which may hold a secret.
fn reason(error: &dotenvy::Error, lines_read: usize) -> String {
    match error {
        dotenvy::Error::Io(error) => error.to_string(),
        // A value in quotes may go over several lines.
        dotenvy::Error::LineParse(text, _) => format!(
            "line {} is not NAME=VALUE; put values with spaces, '$', '#' or quotes into single quotes",
            (lines_read + 1).saturating_sub(text.lines().count().max(1))
        ),
        _ => "it is not a list of NAME=VALUE".to_owned(),
    }
}

/// How the names of the tool's variables begin. The tool ignores other variables in a file.
const OWN_NAMES: [&str; 5] = ["COUNTERSIGN_", "NETVISOR_", "NETGIRO_", "UNLEASHED_", "VIZION_"];

/// The number of the first line in which `$` stands for another variable, and the name of the tool's variable in that line.
fn first_substitution(text: &str) -> Option<(usize, &str)> {
    let (mut open_quote, mut name) = (None, "");
    for (index, line) in text.lines().enumerate() {
        let mut value = line;
        if open_quote.is_none() {
            let Some((before, after)) = line.split_once('=') else { continue };
            if before.trim_start().starts_with('#') {
                continue;
            }
            let before = before.trim();
            (name, value) = (before.strip_prefix("export ").unwrap_or(before).trim(), after);
        }
        let (mut characters, mut after_blank) = (value.chars(), true);
        while let Some(character) = characters.next() {
            match (open_quote, character) {
                (Some(quote), _) if quote == character => open_quote = None,
                (Some('\''), _) => {}
                (_, '\\') => drop(characters.next()),
                (_, '$') if is_own(name) => return Some((index + 1, name)),
                (None, '\'' | '"') => open_quote = Some(character),
                (None, '#') if after_blank => break,
                _ => {}
            }
            after_blank = character.is_whitespace();
        }
    }
    None
}

/// Only such a name is printed: in a malformed line, a part of a secret may stand in the place of the name.
fn is_own(name: &str) -> bool {
    is_name(name) && OWN_NAMES.iter().any(|own| name.starts_with(own))
}

/// Whether a shell takes this for the name of a variable.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a line is empty or a comment.
fn is_blank_to_a_shell(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    line.is_empty() || line.starts_with('#')
}

/// What stands before and after the first `=`, without `export`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("export ").unwrap_or(line).split_once('=')
}

/// Whether a line is empty, a comment, or an assignment that a shell reads as this tool does.
fn is_read_alike_by_a_shell(line: &str) -> bool {
    if is_blank_to_a_shell(line) {
        return true;
    }
    let Some((name, value)) = assignment(line) else { return false };
    let quoted = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let is_literal = quoted.map_or_else(
        || value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:@%+=,".contains(&byte)),
        |quoted| !quoted.contains(['\'', '\r']),
    );
    is_name(name) && is_literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dollar_is_found_where_it_would_be_replaced() {
        for (text, found) in [
            ("VIZION_A='pa$$word'\nVIZION_B=\"x\\$y\"\nVIZION_C=z\\$\n# VIZION_D=$x\nVIZION_E=1 # $x", None),
            ("VIZION_A=1\nNETGIRO_B=pa$word", Some((2, "NETGIRO_B"))),
            ("export NETVISOR_A = \"x${B}\"", Some((1, "NETVISOR_A"))),
            ("VIZION_A='first\nse$cond'\nVIZION_B=\"third\nfou$rth\"", Some((4, "VIZION_B"))),
            ("VIZION_A=b#$c", Some((1, "VIZION_A"))),
            ("VIZION_A=\\\\$b", Some((1, "VIZION_A"))),
            ("HOME_OF=$HOME", None),
        ] {
            assert_eq!(first_substitution(text), found, "{text}");
        }
    }

    #[test]
    fn what_a_shell_would_read_otherwise_is_told() {
        for line in ["", "# a", "A=", "A=b+c/d==", "export A='b $c `d` #'", "A='ä'"] {
            assert!(is_read_alike_by_a_shell(line), "{line}");
        }
        for line in
            ["A =b", "A= b", "A=b;c", "A=`b`", "A=~", "A=b\\ c", "A=\"b\"", "A='b'c'", "A=b\r", "A.b=c", "x"]
        {
            assert!(!is_read_alike_by_a_shell(line), "{line}");
        }
    }
}

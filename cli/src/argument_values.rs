//! How the values of arguments are read, beyond what clap does by itself.

use std::ffi::OsStr;
use std::ops::RangeBounds;
use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};

/// Reads a whole number of a range. Anything else is answered with `expected`: what Rust says of a text that is no number helps
/// nobody.
pub(crate) fn whole_number<N: FromStr + PartialOrd>(
    range: impl RangeBounds<N> + Clone,
    expected: &'static str,
) -> impl Fn(&str) -> Result<N, &'static str> + Clone {
    move |text| text.parse().ok().filter(|number| range.contains(number)).ok_or(expected)
}

/// A parser with values that completions offer. Which values are taken is the parser's own matter: they may be more.
#[derive(Clone)]
pub(crate) struct Offering<P> {
    values: Vec<&'static str>,
    parser: P,
}

impl<P> Offering<P> {
    pub(crate) fn new(values: impl IntoIterator<Item = &'static str>, parser: P) -> Self {
        Self { values: values.into_iter().collect(), parser }
    }
}

impl<P: TypedValueParser> TypedValueParser for Offering<P> {
    type Value = P::Value;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<P::Value, Error> {
        self.parser.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.values.iter().map(PossibleValue::new)))
    }
}

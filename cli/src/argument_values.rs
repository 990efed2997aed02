//! How the values of arguments are read, beyond what clap does by itself.

use std::ops::RangeBounds;
use std::str::FromStr;

/// Reads a whole number of a range. Anything else is answered with `expected`: what Rust says of a text that is no number helps
/// nobody.
pub(crate) fn whole_number<N: FromStr + PartialOrd>(
    range: impl RangeBounds<N> + Clone,
    expected: &'static str,
) -> impl Fn(&str) -> Result<N, &'static str> + Clone {
    move |text| text.parse().ok().filter(|number| range.contains(number)).ok_or(expected)
}

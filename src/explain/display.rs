//! Prints explanations for people.

use std::fmt;

use super::{ExplainedSegment, Explanation, Value};
use crate::redact::quoted;
use crate::signing::SegmentKind;

/// Only this many characters of a value are shown.
const LONGEST_SHOWN: usize = 200;

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mac {
            Some(mac) => write!(
                f,
                "{}: {} in {}, over {} bytes",
                self.provider,
                mac.algorithm,
                mac.encoding,
                self.signed_length()
            )?,
            None => write!(f, "{}: no signature", self.provider)?,
        }
        write_segments(f, "signed text", &self.signed_text)?;
        write_segments(f, "key of the MAC", &self.mac_key)?;
        if !self.headers.is_empty() {
            write!(f, "\nheaders")?;
        }
        let width = self.headers.iter().map(|header| header.name.len()).max().unwrap_or_default();
        for header in &self.headers {
            write!(f, "\n  {:width$}  {}", header.name, header.value)?;
        }
        Ok(())
    }
}

fn write_segments(f: &mut fmt::Formatter<'_>, title: &str, segments: &[ExplainedSegment]) -> fmt::Result {
    if segments.is_empty() {
        return Ok(());
    }
    // A row for each value, with the literals in front of it.
    let rows: Vec<_> = segments
        .chunk_by(|segment, _| segment.kind == SegmentKind::Separator)
        .filter_map(<[ExplainedSegment]>::split_last)
        .collect();
    let width = |column: fn(&ExplainedSegment) -> &str| {
        rows.iter().map(|(segment, _)| column(segment).len()).max().unwrap_or_default()
    };
    let names = width(ExplainedSegment::name);
    let sources = width(|segment| segment.source.as_str());
    let charsets = width(|segment| segment.charset.as_str());
    write!(f, "\n{title}")?;
    let joint = joint(segments);
    if let Some(joint) = joint {
        write!(f, ", joined by {joint}")?;
    }
    for (ExplainedSegment { name, source, charset, value, .. }, in_front) in rows {
        let length = value.length();
        write!(f, "\n  {name:names$}  {source:sources$}  {charset:charsets$}  {length:>5}  ")?;
        if joint.is_none() {
            in_front.iter().try_for_each(|literal| write!(f, "{} + ", literal.value))?;
        }
        write!(f, "{value}")?;
    }
    Ok(())
}

/// The separator, if the same one stands between all segments and nowhere else.
fn joint(segments: &[ExplainedSegment]) -> Option<&Value> {
    let joint = &segments.get(1)?.value;
    let is_regular = |(at, segment): (usize, &ExplainedSegment)| match segment.kind {
        SegmentKind::Separator => at % 2 == 1 && segment.value == *joint,
        _ => at % 2 == 0,
    };
    let is_joined = segments.len() % 2 == 1 && segments.iter().enumerate().all(is_regular);
    is_joined.then_some(joint)
}

/// Shows the value in quotes, escapes characters that could move or hide a terminal's text, and cuts long values short.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Masked { length, fingerprint } => {
                write!(f, "(secret, {length} bytes, fingerprint {fingerprint})")
            }
            Self::Shown { text, .. } => {
                let shown: String = text.chars().take(LONGEST_SHOWN).collect();
                f.write_str(&quoted(&shown))?;
                match text.chars().skip(LONGEST_SHOWN).count() {
                    0 => Ok(()),
                    left_out => write!(f, " and {left_out} more characters"),
                }
            }
        }
    }
}

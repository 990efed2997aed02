//! Compares two explanations.

use std::fmt;

use serde::Serialize;

use super::{ExplainedSegment, Explanation, Value};

/// One difference between two explanations, the left and the right one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The segment or header concerned; `mac` for the algorithm and encoding.
    pub name: String,
    /// What differs.
    pub change: Change,
}

/// How two explanations differ in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
#[non_exhaustive]
pub enum Change {
    /// Only the left explanation has it.
    OnlyLeft,
    /// Only the right explanation has it.
    OnlyRight,
    /// The algorithm or the encoding is another.
    Mac,
    /// The bytes differ.
    Bytes {
        /// The position, from 0, of the first byte that differs; the shorter length if one value begins with the other.
        /// `None` for a secret: only its length and fingerprint are compared.
        position: Option<usize>,
        /// How many bytes there are on the left.
        left_length: usize,
        /// How many bytes there are on the right.
        right_length: usize,
    },
}

impl Explanation {
    /// What differs between the signed texts, the keys and the MACs of two explanations, in the order of the signed
    /// text. Empty if both sign the same bytes in the same way. Headers are left out, since they follow from these.
    ///
    /// Segments are paired by name, separators by their order.
    #[must_use]
    pub fn diff(&self, other: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        if self.mac != other.mac {
            differences.push(Difference { name: "mac".to_owned(), change: Change::Mac });
        }
        differences.extend(diff_segments(&self.signed_text, &other.signed_text));
        differences.extend(diff_segments(&self.mac_key, &other.mac_key));
        differences
    }
}

fn diff_segments(left: &[ExplainedSegment], right: &[ExplainedSegment]) -> Vec<Difference> {
    let mut unpaired: Vec<&ExplainedSegment> = right.iter().collect();
    let mut differences = Vec::new();
    for segment in left {
        let change = match unpaired.iter().position(|candidate| candidate.name == segment.name) {
            Some(place) => diff_values(&segment.value, &unpaired.remove(place).value),
            None => Some(Change::OnlyLeft),
        };
        differences.extend(change.map(|change| Difference { name: segment.name.clone(), change }));
    }
    let only_right =
        |segment: &ExplainedSegment| Difference { name: segment.name.clone(), change: Change::OnlyRight };
    differences.extend(unpaired.into_iter().map(only_right));
    differences
}

fn diff_values(left: &Value, right: &Value) -> Option<Change> {
    let position = left.bytes().zip(right.bytes()).map(|(left, right)| {
        let same = left.iter().zip(right).take_while(|(left, right)| left == right);
        same.count()
    });
    let (left_length, right_length) = (left.length(), right.length());
    (left != right).then_some(Change::Bytes { position, left_length, right_length })
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match &self.change {
            Change::OnlyLeft => f.write_str("only on the left"),
            Change::OnlyRight => f.write_str("only on the right"),
            Change::Mac => f.write_str("another algorithm or encoding"),
            Change::Bytes { position, left_length, right_length } => {
                match position {
                    Some(position) => write!(f, "differs from byte {position} on")?,
                    None => f.write_str("another secret")?,
                }
                write!(f, " ({left_length} and {right_length} bytes)")
            }
        }
    }
}

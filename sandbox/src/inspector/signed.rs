//! Which part of a request became which segment of the signed text.

use std::collections::HashMap;
use std::fmt;

use countersign::explain::{ExplainedSegment, Explanation, Value};
use countersign::signing::{SegmentKind, Source};

use super::printable::line;

/// The number of a segment, from 1, which decides its colour and its underline everywhere on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(usize);

/// How many colours and underlines there are; among more segments, some look alike and differ only by their number.
const STYLES: usize = 10;

impl Mark {
    /// The class of its colour and underline.
    pub(super) fn style(&self) -> usize {
        self.0 % STYLES
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Some text, marked where it is part of a segment.
pub(super) struct Piece {
    pub(super) mark: Option<Mark>,
    pub(super) text: String,
}

impl Piece {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { mark: None, text: text.into() }
    }

    pub(super) fn marked(mark: Option<Mark>, text: impl Into<String>) -> Self {
        Self { mark, text: text.into() }
    }
}

/// The segments of an explanation, numbered; separators are not.
pub(super) struct Marks<'e> {
    pub(super) segments: Vec<(Option<Mark>, &'e ExplainedSegment)>,
    /// Headers whose values are segments, by name.
    headers: HashMap<&'e str, (Mark, String)>,
}

impl<'e> Marks<'e> {
    pub(super) fn of(explanation: &'e Explanation) -> Self {
        let mut numbers = 1..;
        let mut number = |segment: &ExplainedSegment| {
            (segment.kind() != SegmentKind::Separator).then(|| numbers.next().map(Mark)).flatten()
        };
        let segments: Vec<_> =
            explanation.segments().iter().map(|segment| (number(segment), segment)).collect();
        let headers = headers(explanation, &segments);
        Self { segments, headers }
    }

    /// The mark of the segment that comes from `source`.
    pub(super) fn from(&self, source: Source) -> Option<Mark> {
        self.segments.iter().find(|(_, segment)| segment.source() == source)?.0
    }

    /// The mark of the segment that has a name.
    pub(super) fn named(&self, name: &str) -> Option<Mark> {
        self.segments.iter().find(|(_, segment)| segment.name() == name)?.0
    }

    /// The value of a header that is a segment.
    pub(super) fn header(&self, name: &str) -> Option<Piece> {
        let (mark, text) = self.headers.get(name)?;
        Some(Piece::marked(Some(*mark), text))
    }

    /// The path and query of a request.
    pub(super) fn target(&self, target: &str) -> Vec<Piece> {
        let query = self.from(Source::RequestQuery);
        match (self.from(Source::RequestUrl), target.split_once('?')) {
            (None, Some((path, text))) if query.is_some() => {
                vec![Piece::plain(line(path) + "?"), Piece::marked(query, line(text))]
            }
            (mark, _) => vec![Piece::marked(mark, line(target))],
        }
    }
}

/// Pairs the provider's public headers with the segments that have the same bytes, each once.
fn headers<'e>(
    explanation: &'e Explanation,
    segments: &[(Option<Mark>, &'e ExplainedSegment)],
) -> HashMap<&'e str, (Mark, String)> {
    let mut unpaired: Vec<_> =
        segments.iter().filter_map(|(mark, segment)| Some(((*mark)?, segment.value()))).collect();
    let mut paired = HashMap::new();
    for header in explanation.headers() {
        let Value::Shown { text, .. } = header.value() else { continue };
        let same =
            |(_, value): &(Mark, &Value)| value.bytes().is_some() && value.bytes() == header.value().bytes();
        if let Some(place) = unpaired.iter().position(same) {
            let (mark, _) = unpaired.remove(place);
            paired.insert(header.name(), (mark, line(text)));
        }
    }
    paired
}

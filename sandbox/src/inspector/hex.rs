//! A hex view of the signed text.

use countersign::explain::ExplainedSegment;

use super::signed::Mark;

const ROW: usize = 16;
/// How many rows are shown.
const ROWS: usize = 64;

/// Sixteen bytes of a signed text.
pub(super) struct Row {
    /// The position of the first byte, in hex.
    pub(super) offset: String,
    pub(super) runs: Vec<Run>,
}

/// Bytes in a row that belong to one segment.
pub(super) struct Run {
    pub(super) mark: Option<Mark>,
    /// Two digits for each byte, or bullets for a secret's, with blanks between.
    pub(super) digits: String,
    /// The same bytes as ASCII, with dots for what is not printable.
    pub(super) ascii: String,
}

/// The rows of the segments, one after the other, and how many bytes are left out.
pub(super) fn dump(segments: &[(Option<Mark>, &ExplainedSegment)]) -> (Vec<Row>, usize) {
    // The page shows a secret's length anyway, and nothing else of it.
    let length =
        |segment: &ExplainedSegment| segment.value().bytes().map_or(segment.value().length(), <[u8]>::len);
    let total: usize = segments.iter().map(|(_, segment)| length(segment)).sum();
    let cells = segments.iter().flat_map(|(mark, segment)| {
        let bytes = segment.value().bytes();
        (0..length(segment)).map(move |place| (*mark, bytes.and_then(|bytes| bytes.get(place)).copied()))
    });
    let cells: Vec<_> = cells.take(ROWS * ROW).collect();
    let row = |(number, cells)| Row { offset: format!("{:04x}", number * ROW), runs: runs(cells) };
    let rows = cells.chunks(ROW).enumerate().map(row).collect();
    (rows, total.saturating_sub(ROWS * ROW))
}

type Cell = (Option<Mark>, Option<u8>);

fn runs(cells: &[Cell]) -> Vec<Run> {
    let same_segment = |a: &Cell, b: &Cell| a.0 == b.0;
    let run = |cells: &[Cell]| Run {
        mark: cells.first().and_then(|(mark, _)| *mark),
        digits: cells.iter().map(|(_, byte)| digits(*byte)).collect::<Vec<_>>().join(" "),
        ascii: cells.iter().map(|(_, byte)| ascii(*byte)).collect(),
    };
    cells.chunk_by(same_segment).map(run).collect()
}

fn digits(byte: Option<u8>) -> String {
    byte.map_or_else(|| "••".to_owned(), |byte| format!("{byte:02x}"))
}

fn ascii(byte: Option<u8>) -> char {
    match byte {
        None => '•',
        Some(byte @ b' '..=b'~') => char::from(byte),
        Some(_) => '.',
    }
}

#[cfg(test)]
mod tests {
    use countersign::explain::Transcript;
    use countersign::signing::{Encoding, MacKey};

    use super::super::signed::Marks;
    use super::*;

    #[test]
    fn bytes_are_shown_in_rows_and_a_secret_as_bullets() {
        let transcript = Transcript::new("test", &MacKey::sha256(Encoding::HexLower)).text(|text| {
            text.secret("key", b"canary").separator("&").public("text", "ä text of twelve".as_bytes());
        });
        let explanation = transcript.explain();
        let (rows, left_out) = dump(&Marks::of(&explanation).segments);
        let shown: Vec<_> = rows
            .iter()
            .map(|row| {
                let runs = row.runs.iter().map(|run| format!("{} {}", run.digits, run.ascii));
                format!("{}: {}", row.offset, runs.collect::<Vec<_>>().join(" | "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "0000: •• •• •• •• •• •• •••••• | 26 & | c3 a4 20 74 65 78 74 20 6f .. text o",
                "0010: 66 20 74 77 65 6c 76 65 f twelve",
            ]
        );
        assert_eq!(left_out, 0);
    }

    #[test]
    fn a_long_text_is_cut_short() {
        let transcript = Transcript::new("test", &MacKey::sha256(Encoding::HexLower));
        let explanation = transcript
            .text(|text| {
                text.public("body", &[0; 1500]);
            })
            .explain();
        let (rows, left_out) = dump(&Marks::of(&explanation).segments);
        assert_eq!((rows.len(), left_out), (ROWS, 1500 - ROWS * ROW));
    }
}

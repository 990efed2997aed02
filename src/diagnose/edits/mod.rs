//! The edits of a signed text, by class. Where several edits of one tier make the same bytes, the first names them, so
//! special edits come before general ones.

mod address;
mod bodies;
mod fields;
mod forms;
pub(super) mod hash;
mod keys;
mod members;
mod percent;
mod query;
mod sources;
mod time;

pub(super) use bodies::STYLES;
pub(super) use keys::key_named;

use super::search::{Flow, SHARE, Search};

/// Makes and tries the edits of one class.
pub(super) type Edits = fn(&Search<'_>) -> Flow;

/// These find two thirds of the mistakes, in a few hundred tries.
pub(super) static LIKELIEST: &[Edits] = &[
    forms::printed_lengths,
    fields::missing,
    fields::separators,
    percent::decoded,
    address::parts,
    address::case,
    query::lists,
    percent::encoded,
    percent::one_escape,
    percent::charsets,
    query::converted,
    forms::of_body,
    forms::of_end,
    keys::forms,
    forms::of_text,
    bodies::spellings,
    members::changed,
    forms::of_values,
    time::likely,
    forms::by_look,
    keys::others,
    fields::order,
    hash::algorithms,
    address::others,
];

/// Together with these, nine tenths.
static LIKELY: &[Edits] = &[
    time::fractions,
    sources::in_place,
    fields::labels,
    forms::words,
    sources::alone,
    sources::known_includes,
    hash::around,
    keys::cut,
    keys::named,
    forms::encodings,
    address::guesses,
    fields::doubled,
    fields::kept,
    forms::hashed,
];

static UNLIKELY: &[Edits] = &[
    time::all,
    members::in_styles,
    members::one_value,
    bodies::converted,
    sources::inserted,
    sources::beside,
    address::letters,
    keys::one_letter,
    keys::masked,
    forms::agents,
    forms::lengths,
];

/// Edits that are tried before others.
pub(super) struct Tier {
    pub(super) edits: &'static [Edits],
    /// No edit of this tier is made of a longer text.
    pub(super) longest: usize,
    /// What the diagnosis says about a longer text.
    pub(super) left_out: &'static str,
    /// No edit takes more than one in `share` of what is left: even where a message uses up the budget, each edit has its turn.
    pub(super) share: usize,
}

/// The likeliest edits first.
pub(super) static TIERS: [Tier; 5] = [
    Tier { edits: &[bodies::usual], longest: usize::MAX, left_out: "", share: 1 },
    Tier { edits: LIKELIEST, longest: usize::MAX, left_out: "", share: SHARE },
    Tier { edits: LIKELY, longest: usize::MAX, left_out: "", share: SHARE },
    Tier {
        edits: UNLIKELY,
        longest: 16 << 10,
        left_out: "Of a text of more than 16 KiB, these were not tried: all formats of times, one value of its JSON changed, members \
                   changed in another layout, the body as no JSON, other parts of the message inserted, single letters changed.",
        share: SHARE,
    },
    Tier {
        edits: &[sources::composed],
        longest: 4 << 10,
        left_out: "Of a text of more than 4 KiB, none was put together out of other parts of the message.",
        share: SHARE,
    },
];

//! Mistakes with time.

use chrono::{NaiveDateTime, TimeDelta};

use super::attempt::{Attempt, Variant, Variants};
use crate::explain::{Part, Transcript};
use crate::signing::{SegmentKind, Source};

const TEXT_FORM: &str = "%Y-%m-%d %H:%M:%S";

/// Time zones are whole and half hours from −12:00 to +14:00; the usual ones, in Europe, come first.
const ZONES: std::ops::RangeInclusive<i32> = -24..=28;

/// A time, some seconds later.
type Shift = fn(&str, i32) -> Option<String>;

/// In the text form, in the count of seconds, or in both; and what to say of it.
const SHIFTS: [(Shift, &str); 3] = [
    (shift_text, ""),
    (shift_count, ", in the Unix time"),
    (
        |time, seconds| shift_text(time, seconds).or_else(|| shift_count(time, seconds)),
        ", in both forms of the time",
    ),
];

/// Local time where UTC is expected.
pub(super) fn local<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    if !attempt.text.iter().any(is_clock) {
        return Box::new(std::iter::empty());
    }
    let mut zones: Vec<i32> = ZONES.filter(|half_hours| *half_hours != 0).collect();
    zones.sort_by_key(|half_hours| (half_hours % 2 != 0, (half_hours - 5).abs()));
    let variants = zones.into_iter().flat_map(move |half_hours| {
        let shifted = move |(form, which): (Shift, &str)| {
            let attempt = with_clock(attempt, |time| form(time, 1800 * half_hours))?;
            let detail = format!(
                "UTC{}{:02}:{:02} in the signed text{which}",
                if half_hours < 0 { '-' } else { '+' },
                half_hours.abs() / 2,
                30 * (half_hours.abs() % 2)
            );
            Some(Variant { attempt, detail: Some(detail) })
        };
        SHIFTS.into_iter().filter_map(shifted)
    });
    Box::new(variants)
}

/// A second or a few too many or too few: once for the header, and once more for the text.
pub(super) fn read_twice<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    Box::new([1, -1, 2, -2, 3, -3].into_iter().flat_map(move |seconds| {
        let shifted = move |(form, which): (Shift, &str)| {
            let attempt = with_clock(attempt, |time| form(time, seconds))?;
            Some(Variant { attempt, detail: Some(format!("{seconds:+} s{which}")) })
        };
        SHIFTS.into_iter().filter_map(shifted)
    }))
}

/// A thousand times too many or too few.
pub(super) fn milliseconds<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    if !has_clock(attempt, is_seconds) {
        return Box::new(std::iter::empty());
    }
    let whole = with_clock(attempt, |time| is_seconds(time).then(|| format!("{time}000")));
    let of_any_moment = (1..1000).filter_map(move |milliseconds| {
        with_clock(attempt, |time| is_seconds(time).then(|| format!("{time}{milliseconds:03}")))
    });
    Box::new(whole.into_iter().chain(of_any_moment).map(Variant::from))
}

pub(super) fn seconds<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    let form = |time: &str| {
        let (seconds, milliseconds) = time.split_at_checked(10)?;
        (is_seconds(seconds) && milliseconds.len() == 3 && is_count(milliseconds)).then(|| seconds.to_owned())
    };
    Box::new(with_clock(attempt, form).map(Variant::from).into_iter())
}

/// Another way of writing the same moment: with milliseconds, which may be any, with a `T`, with a zone.
pub(super) fn other_form<'a>(_: &'a Transcript, attempt: &'a Attempt) -> Variants<'a> {
    if !has_clock(attempt, |time| parse(time).is_some()) {
        return Box::new(std::iter::empty());
    }
    let forms: [&str; 8] = [
        "%Y-%m-%d %H:%M:%S.000",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S.000Z",
        "%Y-%m-%dT%H:%M:%S.000",
        "%Y-%m-%d %H:%M",
        TEXT_FORM,
        "%s",
    ];
    let written = move |form: &str, shown: String| {
        let attempt = with_clock(attempt, |time| Some(parse(time)?.format(form).to_string()))?;
        Some(Variant { attempt, detail: Some(shown) })
    };
    let whole = forms.into_iter().filter_map(move |form| written(form, show(form)));
    let with_milliseconds = ["%Y-%m-%d %H:%M:%S.", "%Y-%m-%dT%H:%M:%S."].into_iter().zip(["", "Z"]);
    let of_any_moment = with_milliseconds.flat_map(move |(form, end)| {
        (1..1000).filter_map(move |milliseconds| {
            written(&format!("{form}{milliseconds:03}{end}"), format!("{}000{end}", show(form)))
        })
    });
    Box::new(whole.chain(of_any_moment))
}

/// A format as people write it, the zeros standing for the milliseconds.
fn show(form: &str) -> String {
    let signs = [("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%H", "hh"), ("%M", "mm"), ("%S", "ss")];
    let shown = signs.iter().fold(form.to_owned(), |form, (sign, shown)| form.replace(sign, shown));
    shown.replace("%s", "a count of seconds")
}

fn is_clock(part: &Part) -> bool {
    part.source == Source::Clock && part.kind == SegmentKind::Public
}

/// Whether there is a time of a form that thousands of variants are made of: without one, none is worth a try.
fn has_clock(attempt: &Attempt, is_of_form: impl Fn(&str) -> bool) -> bool {
    let times = attempt.text.iter().filter(|part| is_clock(part));
    times.filter_map(|part| std::str::from_utf8(&part.bytes).ok()).any(is_of_form)
}

fn with_clock(attempt: &Attempt, form: impl Fn(&str) -> Option<String>) -> Option<Attempt> {
    attempt.with_text(|part| {
        if is_clock(part) {
            form(std::str::from_utf8(&part.bytes).ok()?).map(String::into_bytes)
        } else {
            None
        }
    })
}

/// A moment as text: its whole seconds, and what follows them.
fn parse(time: &str) -> Option<NaiveDateTime> {
    let (whole, fraction) = time.split_at_checked(19)?;
    let is_fraction = fraction.is_empty() || fraction.strip_prefix('.').is_some_and(is_count);
    if is_fraction { NaiveDateTime::parse_from_str(whole, TEXT_FORM).ok() } else { None }
}

fn shift_text(time: &str, seconds: i32) -> Option<String> {
    let shifted = parse(time)?.checked_add_signed(TimeDelta::seconds(seconds.into()))?;
    Some(format!("{}{}", shifted.format(TEXT_FORM), time.get(19..)?))
}

fn shift_count(time: &str, seconds: i32) -> Option<String> {
    let count: i64 = if is_seconds(time) { time.parse().ok()? } else { return None };
    Some(count.checked_add(seconds.into())?.to_string())
}

/// Ten digits: seconds since 1970, from 2001 to 2286.
fn is_seconds(time: &str) -> bool {
    time.len() == 10 && is_count(time)
}

fn is_count(time: &str) -> bool {
    !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit())
}

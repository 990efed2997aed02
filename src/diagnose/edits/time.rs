//! Times: in another zone, another format, another second.

use chrono::{DateTime, FixedOffset, Months, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use crate::diagnose::mistake::{
    CLOCK_READ_TWICE, LOCAL_TIME, MILLISECONDS_FOR_SECONDS, Mistake, SECONDS_FOR_MILLISECONDS,
    TIMESTAMP_FORMAT,
};
use crate::diagnose::search::{Flow, Search, phrase};
use crate::explain::Part;
use crate::signing::{SegmentKind, Source};

const TEXT: &str = "%Y-%m-%d %H:%M:%S";
const T_TEXT: &str = "%Y-%m-%dT%H:%M:%S";

/// The formats that times are read in.
const READ: [&str; 8] = [
    TEXT,
    T_TEXT,
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%d.%m.%Y %H:%M:%S",
];

/// The formats that times are written in, the likeliest first.
#[rustfmt::skip]
const WRITTEN: [&str; 57] = [
    "%Y-%m-%d %H:%M:%S.000", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%dT%H:%M:%S.000", "%Y-%m-%d %H:%M", TEXT,
    "%s", "%s000", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%d %H.%M.%S", "%Y-%m-%d %H.%M.%S.000", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H.%M.%S",
    "%d.%m.%Y %H:%M:%S.000", "%-d.%-m.%Y %-H.%M.%S", "%-d.%-m.%Y %-H:%M:%S", "%-d.%-m.%Y %H.%M.%S", "%Y-%m-%dT%H:%M:%S.000+00:00",
    "%Y-%m-%dT%H:%M:%S+0000", "%Y-%m-%d %H:%M:%S+00:00", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%SZ", "%Y-%m-%d %H:%M:%S.000Z",
    "%Y-%m-%d %H:%M:%S.000000", "%Y-%m-%dT%H:%M:%S.000000", "%Y-%m-%dT%H:%M:%S.000000Z", "%Y-%m-%dT%H:%M:%S.0000000Z", "%Y-%m-%dT%H:%MZ",
    "%Y-%m-%dT%H:%M", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%SZ", "%Y/%m/%d %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%-m/%-d/%Y %-I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %I:%M:%S", "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d", "%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S +0000",
    "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)", "%Y-%m-%d %H:%M:%S,000", "/Date(%s000)/",
    // As JavaScript's `toLocaleString`, and as people put them together without zeros.
    "%-d.%-m.%Y klo %-H.%M.%S", "%-m/%-d/%Y, %-I:%M:%S %p", "%Y-%-m-%-d %-H:%-M:%-S", "%Y-%-m-%-d %-H:%-M:%-S.0",
    // Letters of formats mixed up: minutes for months, 12 hours for 24, the day of the year for the day of the month.
    "%Y-%m-%d %H:%m:%S.000", "%Y-%m-%d %H:%m:%S", "%Y-%M-%d %H:%M:%S.000", "%Y-%M-%d %H:%M:%S", "%Y-%M-%d %H:%m:%S.000", "%Y-%M-%d %H:%m:%S",
    "%Y-%m-%d %I:%M:%S.000", "%Y-%m-%j %H:%M:%S.000",
];

/// Time zones are whole and half hours from −12:00 to +14:00; the usual ones, in Europe, come first.
const ZONES: std::ops::RangeInclusive<i32> = -24..=28;

/// The moment that a text states, and its format.
fn parse(time: &str) -> Option<(NaiveDateTime, &'static str)> {
    let read = |form: &&'static str| Some((NaiveDateTime::parse_from_str(time, form).ok()?, *form));
    READ.iter().find_map(read).or_else(|| {
        let zoned: DateTime<FixedOffset> = DateTime::parse_from_rfc3339(time).ok()?;
        Some((zoned.naive_utc(), "%Y-%m-%dT%H:%M:%S+00:00"))
    })
}

/// Reads a count: ten digits are seconds since 1970, which last from 2001 to 2286; thirteen are milliseconds.
fn parse_count(time: &str) -> Option<(i64, i64)> {
    let unit = match time.len() {
        10 => 1,
        13 => 1000,
        _ => return None,
    };
    let is_count = time.bytes().all(|byte| byte.is_ascii_digit());
    if is_count { Some((time.parse().ok()?, unit)) } else { None }
}

/// Whether a text is a time in one of the formats, not a count.
pub(super) fn is_text(text: &str) -> bool {
    parse(text).is_some()
}

/// A time in another format; `None` for a count.
pub(super) fn written(text: &str, form: &str) -> Option<String> {
    Some(parse(text)?.0.format(form).to_string())
}

fn shifted(time: &str, seconds: i64) -> Option<String> {
    if let Some((count, unit)) = parse_count(time) {
        return Some(count.checked_add(seconds * unit)?.to_string());
    }
    moved(time, |moment| moment.checked_add_signed(TimeDelta::seconds(seconds)))
}

/// Another moment, written in the same way.
fn moved(time: &str, change: impl Fn(NaiveDateTime) -> Option<NaiveDateTime>) -> Option<String> {
    let (moment, form) = parse(time)?;
    let shifted = change(moment)?;
    let form = form.replace("%.f", &time.get(19..).unwrap_or_default().replace('Z', ""));
    Some(shifted.format(&form).to_string())
}

/// Whether a part is a time: a text, or a count that comes from the clock.
fn is_time(part: &Part) -> bool {
    let is_one = |text: &str| is_text(text) || part.source == Source::Clock && parse_count(text).is_some();
    part.kind == SegmentKind::Public && is_one(&part.text())
}

/// What the text of a time becomes; `None` where the change does not apply.
type Rewrite<'r> = &'r dyn Fn(&str) -> Option<String>;

/// Tries a change on each time, and on all times together.
fn each(search: &Search<'_>, mistake: Mistake, detail: &str, change: Rewrite<'_>) -> Flow {
    // A time that stands elsewhere in the message was taken from there, not shifted.
    let is_shift = [LOCAL_TIME, CLOCK_READ_TWICE].contains(&mistake);
    let is_at_hand = |time: &str| search.hand.iter().any(|other| **other.bytes == *time.as_bytes());
    let changed = |part: &Part| {
        let time = if is_time(part) { change(&part.text()) } else { None };
        time.filter(|time| !is_shift || !is_at_hand(time))
    };
    let all: Vec<_> = search.public().filter_map(|value| Some((value, changed(value.part)?))).collect();
    for (value, time) in &all {
        let place = if all.len() > 1 { format!("in {}", value.part.name()) } else { String::new() };
        value.put(mistake, phrase(&[detail, &place]), time.as_str())?;
    }
    if all.len() < 2 {
        return Flow::Continue(());
    }
    search.each(mistake, &phrase(&[detail, "in each"]), &|part| {
        Some(part.with_bytes(changed(part)?.into_bytes()))
    })
}

/// The time in likely zones, in another unit, a few seconds away, or in another likely format.
pub(super) fn likely(search: &Search<'_>) -> Flow {
    zones(search, [4, 6, 2, 5, -10, -8, -16, -14, 11])?;
    seconds(search, [1, -1, 2, -2, 3, -3])?;
    each(search, MILLISECONDS_FOR_SECONDS, "", &|time| of_count(time, 1, |time| format!("{time}000")))?;
    let in_seconds = |time: &str| time.get(..10).unwrap_or_default().to_owned();
    each(search, SECONDS_FOR_MILLISECONDS, "", &|time| of_count(time, 1000, in_seconds))?;
    formats(search, WRITTEN.get(..12).unwrap_or_default())
}

/// A count in this unit, changed.
fn of_count(time: &str, unit: i64, change: impl Fn(&str) -> String) -> Option<String> {
    parse_count(time).filter(|(_, known)| *known == unit).map(|_| change(time))
}

fn zones(search: &Search<'_>, half_hours: impl IntoIterator<Item = i32>) -> Flow {
    half_hours.into_iter().try_for_each(|half_hours| {
        let sign = if half_hours < 0 { '-' } else { '+' };
        let (hours, minutes) = (half_hours.abs() / 2, 30 * (half_hours.abs() % 2));
        let detail = format!("UTC{sign}{hours:02}:{minutes:02} in the signed text");
        each(search, LOCAL_TIME, &detail, &|time| shifted(time, i64::from(1800 * half_hours)))
    })
}

fn seconds(search: &Search<'_>, all: impl IntoIterator<Item = i64>) -> Flow {
    all.into_iter().try_for_each(|seconds| {
        each(search, CLOCK_READ_TWICE, &format!("{seconds:+} s"), &|time| shifted(time, seconds))
    })
}

fn formats(search: &Search<'_>, forms: &[&str]) -> Flow {
    for form in forms {
        each(search, TIMESTAMP_FORMAT, &show(form), &|time| written(time, form))?;
        each(search, TIMESTAMP_FORMAT, &show(form), &|time| {
            let (count, unit) = parse_count(time)?;
            Some(DateTime::<Utc>::from_timestamp(count / unit, 0)?.naive_utc().format(form).to_string())
        })?;
    }
    type Change = fn(&str) -> String;
    let of_counts: [(&str, Change); 5] = [
        ("with `.000` behind it", |time| format!("{time}.000")),
        ("with `.0` behind it", |time| format!("{time}.0")),
        ("a count of seconds, with `.0` behind it", |time| {
            format!("{}.0", time.get(..10).unwrap_or_default())
        }),
        ("a count of seconds, with a fraction", |time| {
            let (seconds, rest) = time.split_at_checked(10).unwrap_or_default();
            format!("{seconds}.{rest}")
        }),
        ("a count of minutes", |time| {
            time.parse().map(|count: i64| (count / 60).to_string()).unwrap_or_default()
        }),
    ];
    of_counts.iter().try_for_each(|(detail, change)| {
        each(search, TIMESTAMP_FORMAT, detail, &|time| parse_count(time).map(|_| change(time)))
    })
}

/// A format as people write it, where zeros stand for a fraction.
fn show(form: &str) -> String {
    #[rustfmt::skip]
    let signs = [
        ("%Y", "YYYY"), ("%-m", "M"), ("%m", "MM"), ("%-d", "D"), ("%d", "DD"), ("%j", "DDD"), ("%-H", "h"), ("%H", "hh"), ("%-M", "m"), ("%M", "mm"), ("%-S", "s"),
        ("%S", "ss"), ("%-I", "h"), ("%I", "hh"), ("%p", "AM"), ("%a", "ddd"), ("%b", "MMM"),
    ];
    let shown = signs.iter().fold(form.to_owned(), |form, (sign, shown)| form.replace(sign, shown));
    shown.replace("%s", "a count of seconds")
}

/// All zones, formats, and seconds up to a minute.
pub(super) fn all(search: &Search<'_>) -> Flow {
    if !search.public().any(|value| is_time(value.part)) {
        return Flow::Continue(());
    }
    each(search, TIMESTAMP_FORMAT, "a month less, as JavaScript's getMonth counts from 0", &|time| {
        moved(time, |moment| moment.checked_sub_months(Months::new(1)))
    })?;
    zones(search, ZONES.filter(|half_hours| *half_hours != 0))?;
    formats(search, &WRITTEN)?;
    for hours in ZONES.step_by(2).map(|half_hours| half_hours / 2).filter(|hours| *hours != 0) {
        for form in [T_TEXT, TEXT] {
            each(search, LOCAL_TIME, &format!("UTC{hours:+03}:00, with its offset"), &|time| {
                let local = parse(time)?.0.checked_add_signed(TimeDelta::hours(hours.into()))?;
                Some(format!("{}{hours:+03}:00", local.format(form)))
            })?;
        }
    }
    let minute = (4..=60).flat_map(|seconds| [seconds, -seconds]);
    seconds(search, minute.chain([300, -300, 3600, 86_400, -86_400]))
}

/// Any fraction of a second, in short texts only: each fraction takes a try.
pub(super) fn fractions(search: &Search<'_>) -> Flow {
    const LONGEST: usize = 4 << 10;
    let length: usize = search.base.text.iter().map(|part| part.bytes.len()).sum();
    let has_time = length <= LONGEST && search.public().any(|value| is_time(value.part));
    for milliseconds in 1..if has_time { 1000 } else { 1 } {
        each(search, MILLISECONDS_FOR_SECONDS, "", &|time| {
            of_count(time, 1, |time| format!("{time}{milliseconds:03}"))
        })?;
        for (form, end, shown) in
            [(TEXT, "", "YYYY-MM-DD hh:mm:ss.000"), (T_TEXT, "Z", "YYYY-MM-DDThh:mm:ss.000Z")]
        {
            let form = format!("{form}.{milliseconds:03}{end}");
            each(search, TIMESTAMP_FORMAT, shown, &|time| written(time, &form))?;
        }
    }
    Flow::Continue(())
}

/// A time in other usual formats.
pub(super) fn forms(text: &str) -> Vec<String> {
    #[rustfmt::skip]
    let forms = [
        "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", TEXT, "%s", "%Y-%m-%dT%H:%M:%S.000Z", "%-d.%-m.%Y", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y",
        "%-m/%-d/%Y", "%Y/%m/%d", "%Y%m%d", "%d-%m-%Y", "%Y-%d-%m", "%Y-%m-%dT%H:%M:%S.000",
    ];
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let midnight = date.and_hms_opt(0, 0, 0).unwrap_or_default();
        return forms.iter().map(|form| midnight.format(form).to_string()).collect();
    }
    forms.iter().filter_map(|form| written(text, form)).collect()
}

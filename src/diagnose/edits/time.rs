//! Times: in another zone, another format, another second.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use crate::diagnose::mistake::{self, Mistake};
use crate::diagnose::search::{Flow, Search};
use crate::explain::Part;
use crate::signing::{SegmentKind, Source};

const TEXT: &str = "%Y-%m-%d %H:%M:%S";
const T_TEXT: &str = "%Y-%m-%dT%H:%M:%S";

/// How times are read.
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

/// How times are written, the likeliest first.
#[rustfmt::skip]
const WRITTEN: [&str; 53] = [
    "%Y-%m-%d %H:%M:%S.000", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%dT%H:%M:%S.000", "%Y-%m-%d %H:%M", TEXT,
    "%s", "%s000", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%d %H.%M.%S", "%Y-%m-%d %H.%M.%S.000", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H.%M.%S",
    "%d.%m.%Y %H:%M:%S.000", "%-d.%-m.%Y %-H.%M.%S", "%-d.%-m.%Y %-H:%M:%S", "%-d.%-m.%Y %H.%M.%S", "%Y-%m-%dT%H:%M:%S.000+00:00",
    "%Y-%m-%dT%H:%M:%S+0000", "%Y-%m-%d %H:%M:%S+00:00", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%SZ", "%Y-%m-%d %H:%M:%S.000Z",
    "%Y-%m-%d %H:%M:%S.000000", "%Y-%m-%dT%H:%M:%S.000000", "%Y-%m-%dT%H:%M:%S.000000Z", "%Y-%m-%dT%H:%M:%S.0000000Z", "%Y-%m-%dT%H:%MZ",
    "%Y-%m-%dT%H:%M", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%SZ", "%Y/%m/%d %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%-m/%-d/%Y %-I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %I:%M:%S", "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d", "%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S +0000",
    "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)", "%Y-%m-%d %H:%M:%S,000", "/Date(%s000)/",
    // The letters of formats mixed up: minutes and months, hours of half a day, days of the year.
    "%Y-%m-%d %H:%m:%S.000", "%Y-%m-%d %H:%m:%S", "%Y-%M-%d %H:%M:%S.000", "%Y-%M-%d %H:%M:%S", "%Y-%M-%d %H:%m:%S.000", "%Y-%M-%d %H:%m:%S",
    "%Y-%m-%d %I:%M:%S.000", "%Y-%m-%j %H:%M:%S.000",
];

/// Time zones are whole and half hours from −12:00 to +14:00; the usual ones, in Europe, come first.
const ZONES: std::ops::RangeInclusive<i32> = -24..=28;

/// A moment that is written in a text, and how it is written there.
fn parse(time: &str) -> Option<(NaiveDateTime, &'static str)> {
    let read = |form: &&'static str| Some((NaiveDateTime::parse_from_str(time, form).ok()?, *form));
    READ.iter().find_map(read).or_else(|| {
        let zoned: DateTime<FixedOffset> = DateTime::parse_from_rfc3339(time).ok()?;
        Some((zoned.naive_utc(), "%Y-%m-%dT%H:%M:%S+00:00"))
    })
}

/// Ten digits: seconds since 1970, from 2001 to 2286; three more are milliseconds.
fn parse_count(time: &str) -> Option<(i64, i64)> {
    let unit = match time.len() {
        10 => 1,
        13 => 1000,
        _ => return None,
    };
    let is_count = time.bytes().all(|byte| byte.is_ascii_digit());
    if is_count { Some((time.parse().ok()?, unit)) } else { None }
}

/// Whether a text is a time that is no count.
pub(super) fn is_text(text: &str) -> bool {
    parse(text).is_some()
}

/// A time that is no count, in another format.
pub(super) fn written(text: &str, form: &str) -> Option<String> {
    Some(parse(text)?.0.format(form).to_string())
}

fn shifted(time: &str, seconds: i64) -> Option<String> {
    if let Some((count, unit)) = parse_count(time) {
        return Some(count.checked_add(seconds * unit)?.to_string());
    }
    let (moment, form) = parse(time)?;
    let shifted = moment.checked_add_signed(TimeDelta::seconds(seconds))?;
    let form = form.replace("%.f", &time.get(19..).unwrap_or_default().replace('Z', ""));
    Some(shifted.format(&form).to_string())
}

/// The parts that are times, in the sources of times and elsewhere where they look so.
fn times(search: &Search<'_>) -> Vec<(usize, String)> {
    let time = |(at, part): (usize, &Part)| {
        let text =
            String::from_utf8(part.bytes.to_vec()).ok().filter(|_| part.kind == SegmentKind::Public)?;
        let is_one = is_text(&text) || (part.source == Source::Clock && parse_count(&text).is_some());
        is_one.then_some((at, text))
    };
    search.values().filter_map(time).collect()
}

/// Tries a change on each time, and on all alike.
fn each(
    search: &Search<'_>,
    mistake: &'static Mistake,
    detail: &str,
    change: &dyn Fn(&str) -> Option<String>,
) -> Flow {
    // What another part of the message says is no shift of the time that stands here.
    let is_shift = [&mistake::LOCAL_TIME, &mistake::CLOCK_READ_TWICE].contains(&mistake);
    let is_at_hand = |time: &str| search.hand.iter().any(|other| **other.bytes == *time.as_bytes());
    let mut changed: Vec<_> =
        times(search).into_iter().filter_map(|(at, time)| Some((at, change(&time)?))).collect();
    changed.retain(|(_, time)| !is_shift || !is_at_hand(time));
    let name = |at: usize| search.base.text.get(at).map_or("", Part::name);
    for (at, time) in &changed {
        let detail =
            if changed.len() > 1 { format!("{detail}, in {}", name(*at)) } else { detail.to_owned() };
        search.part(mistake, &detail, *at, time.clone().into_bytes())?;
    }
    if changed.len() < 2 {
        return Flow::Continue(());
    }
    let mut text = search.base.text.clone();
    for (at, time) in changed {
        if let Some(part) = text.get_mut(at) {
            *part = part.with_bytes(time.into_bytes());
        }
    }
    search.text(mistake, &format!("{detail}, in each"), text)
}

/// In the local time of likely zones, in another unit, a second later, in another likely format.
pub(super) fn likely(search: &Search<'_>) -> Flow {
    zones(search, &[4, 6, 2, 5, -10, -8, -16, -14, 11])?;
    for seconds in [1, -1, 2, -2, 3, -3] {
        each(search, &mistake::CLOCK_READ_TWICE, &format!("{seconds:+} s"), &|time| shifted(time, seconds))?;
    }
    let of_unit = |unit: i64, change: fn(&str) -> String| {
        move |time: &str| (parse_count(time)?.1 == unit).then(|| change(time))
    };
    each(search, &mistake::MILLISECONDS_FOR_SECONDS, "", &of_unit(1, |time| format!("{time}000")))?;
    each(
        search,
        &mistake::SECONDS_FOR_MILLISECONDS,
        "",
        &of_unit(1000, |time| time.get(..10).unwrap_or_default().to_owned()),
    )?;
    formats(search, WRITTEN.get(..12).unwrap_or_default())
}

fn zones(search: &Search<'_>, half_hours: &[i32]) -> Flow {
    for half_hours in half_hours {
        let sign = if *half_hours < 0 { '-' } else { '+' };
        let (hours, minutes) = (half_hours.abs() / 2, 30 * (half_hours.abs() % 2));
        let detail = format!("UTC{sign}{hours:02}:{minutes:02} in the signed text");
        each(search, &mistake::LOCAL_TIME, &detail, &|time| shifted(time, i64::from(1800 * half_hours)))?;
    }
    Flow::Continue(())
}

fn formats(search: &Search<'_>, forms: &[&str]) -> Flow {
    for form in forms {
        each(search, &mistake::TIMESTAMP_FORMAT, &show(form), &|time| written(time, form))?;
        let of_count = |time: &str| {
            let (count, unit) = parse_count(time)?;
            Some(DateTime::<Utc>::from_timestamp(count / unit, 0)?.naive_utc().format(form).to_string())
        };
        each(search, &mistake::TIMESTAMP_FORMAT, &show(form), &of_count)?;
    }
    for (detail, change) in [
        ("with `.000` behind it", (|time| format!("{time}.000")) as fn(&str) -> String),
        ("with `.0` behind it", |time| format!("{time}.0")),
        ("a count of seconds, with a fraction", |time| {
            format!("{}.{}", time.get(..10).unwrap_or_default(), time.get(10..).unwrap_or_default())
        }),
        ("a count of minutes", |time| {
            time.parse().map(|count: i64| (count / 60).to_string()).unwrap_or_default()
        }),
    ] {
        each(search, &mistake::TIMESTAMP_FORMAT, detail, &|time| parse_count(time).map(|_| change(time)))?;
    }
    Flow::Continue(())
}

/// A format as people write it, the zeros standing for a fraction.
fn show(form: &str) -> String {
    #[rustfmt::skip]
    let signs = [
        ("%Y", "YYYY"), ("%-m", "M"), ("%m", "MM"), ("%-d", "D"), ("%d", "DD"), ("%j", "DDD"), ("%-H", "h"), ("%H", "hh"), ("%M", "mm"),
        ("%S", "ss"), ("%-I", "h"), ("%I", "hh"), ("%p", "AM"), ("%a", "Thu"), ("%b", "Jan"),
    ];
    let shown = signs.iter().fold(form.to_owned(), |form, (sign, shown)| form.replace(sign, shown));
    shown.replace("%s", "a count of seconds")
}

/// All zones, formats, fractions, and seconds up to a minute.
pub(super) fn all(search: &Search<'_>) -> Flow {
    if times(search).is_empty() {
        return Flow::Continue(());
    }
    zones(search, &ZONES.filter(|half_hours| *half_hours != 0).collect::<Vec<_>>())?;
    formats(search, &WRITTEN)?;
    for (hours, form) in
        ZONES.step_by(2).filter(|zone| *zone != 0).flat_map(|zone| [(zone / 2, T_TEXT), (zone / 2, TEXT)])
    {
        each(search, &mistake::LOCAL_TIME, &format!("UTC{hours:+03}:00, with its offset"), &|time| {
            let local = parse(time)?.0.checked_add_signed(TimeDelta::hours(hours.into()))?;
            Some(format!("{}{hours:+03}:00", local.format(form)))
        })?;
    }
    for seconds in (4..=60).flat_map(|seconds| [seconds, -seconds]).chain([300, -300, 3600, 86_400, -86_400])
    {
        each(search, &mistake::CLOCK_READ_TWICE, &format!("{seconds:+} s"), &|time| shifted(time, seconds))?;
    }
    Flow::Continue(())
}

/// Any fraction of a second: of a short text, which takes little for each.
pub(super) fn fractions(search: &Search<'_>) -> Flow {
    const LONGEST: usize = 4 << 10;
    let length: usize = search.base.text.iter().map(|part| part.bytes.len()).sum();
    let seconds = |time: &str| parse_count(time).filter(|(_, unit)| *unit == 1).is_some();
    for milliseconds in 1..if length > LONGEST || times(search).is_empty() { 1 } else { 1000 } {
        each(search, &mistake::MILLISECONDS_FOR_SECONDS, "", &|time| {
            seconds(time).then(|| format!("{time}{milliseconds:03}"))
        })?;
        for (form, shown) in [
            ("%Y-%m-%d %H:%M:%S", "YYYY-MM-DD hh:mm:ss.000"),
            ("%Y-%m-%dT%H:%M:%S", "YYYY-MM-DDThh:mm:ss.000Z"),
        ] {
            let end = if form.contains('T') { "Z" } else { "" };
            let form = format!("{form}.{milliseconds:03}{end}");
            each(search, &mistake::TIMESTAMP_FORMAT, shown, &|time| written(time, &form))?;
        }
    }
    Flow::Continue(())
}

/// A time in other usual formats.
pub(super) fn forms(text: &str) -> Vec<String> {
    #[rustfmt::skip]
    let forms = [
        "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", TEXT, "%s", "%Y-%m-%dT%H:%M:%S.000Z", "%-d.%-m.%Y", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y",
        "%-m/%-d/%Y", "%Y/%m/%d", "%Y%m%d", "%d-%m-%Y", "%Y-%d-%m",
    ];
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let midnight = date.and_hms_opt(0, 0, 0).unwrap_or_default();
        return forms.iter().map(|form| midnight.format(form).to_string()).collect();
    }
    forms.iter().filter_map(|form| written(text, form)).collect()
}

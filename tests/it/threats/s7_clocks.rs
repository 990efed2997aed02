//! S7: whatever the clock shows, signing gives a correct value or a typed error.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::Scheme;
use countersign::Signer;
use countersign::netgiro::Netgiro;
use http::HeaderMap;

use crate::support::chains::netvisor;
use crate::support::netgiro::{APP_KEY, SECRET};

/// Seconds from 1970 and whether each of Netvisor's and Netgíró's formats can express them.
const CLOCKS: [(i64, bool, bool); 11] = [
    (1_705_312_800, true, true),
    (0, true, true),
    (-1, true, true),
    (-2_135_596_799, true, true), // in 1902, where ten times the ticks come to have 19 digits and start with a 6
    (-2_135_596_801, true, false),
    (-62_135_596_801, true, false),  // before 0001-01-01, .NET's first tick
    (-62_167_219_201, false, false), // the last second before the year 0
    (30_064_403_200, true, false),   // in 2922, before ten times the ticks come to exceed 2^63
    (253_402_300_799, true, false),  // the last second of 9999
    (253_402_300_800, false, false),
    (1 << 60, false, false),
];

fn at(seconds: i64) -> SystemTime {
    let span = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { UNIX_EPOCH - span } else { UNIX_EPOCH + span }
}

/// The headers, or the code of the error.
fn signed(provider: &Signer<impl Scheme>, url: &str) -> Result<HeaderMap, &'static str> {
    let mut request = http::Request::get(url).body(()).unwrap();
    let result = provider.sign_http(&mut request);
    assert!(result.is_ok() || request.headers().is_empty(), "on an error the request is unchanged");
    result.map(|()| request.headers().clone()).map_err(|error| error.code())
}

#[test]
fn s7_a_time_that_cannot_be_expressed_is_an_error_and_any_other_is_right() {
    for (seconds, netvisor_can, netgiro_can) in CLOCKS {
        let clock = move || at(seconds);
        let headers = signed(&netvisor().clock(clock), "https://isvapi.netvisor.fi/");
        assert_eq!(headers.is_ok(), netvisor_can, "{seconds}");
        match headers {
            Ok(headers) => {
                assert_eq!(headers["x-netvisor-authentication-timestampunix"], seconds.to_string());
                let text = headers["x-netvisor-authentication-timestamp"].to_str().unwrap();
                let read = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
                assert_eq!(read.and_utc().timestamp(), seconds);
            }
            Err(code) => assert_eq!(code, "clock-out-of-range"),
        }
        let netgiro = Netgiro::new(APP_KEY, SECRET).unwrap().clock(clock);
        let headers = signed(&netgiro, "https://api.netgiro.is/");
        assert_eq!(headers.err(), (!netgiro_can).then_some("clock-out-of-range"), "{seconds}");
    }
}

#[test]
fn s7_nonces_rise_while_the_clock_jumps() {
    let reads = Arc::new(AtomicUsize::new(0));
    let clock = {
        let reads = reads.clone();
        move || {
            at([1_705_312_800, 1_705_312_000, 0, -1, 1_705_312_900]
                [reads.fetch_add(1, Ordering::Relaxed) % 5])
        }
    };
    let netgiro = Netgiro::new(APP_KEY, SECRET).unwrap().clock(clock);
    let nonces: Vec<u64> = (0..100)
        .map(|_| {
            signed(&netgiro, "https://api.netgiro.is/").unwrap()["netgiro_nonce"]
                .to_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    assert_eq!(reads.load(Ordering::Relaxed), 100);
    assert!(nonces.is_sorted_by(|earlier, later| earlier < later));
}

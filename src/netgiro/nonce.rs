//! Nonces in .NET ticks, in a form that no reply has.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;
use crate::random::Randomness;
use crate::time::{Clock, ClockFault, unix_nanos};

/// Ticks (100 ns each) between 0001-01-01 and 1970-01-01.
const TICKS_BEFORE_1970: i128 = 621_355_968_000_000_000;

/// The ticks that a nonce can be made of, from 1902 to 2922: ten times such a number has 19 digits and is below 2^63.
const TICKS: Range<u64> = 600_000_000_000_000_000..922_000_000_000_000_000;

/// The last digit of a nonce, behind its ticks.
const MARK: u64 = 7;

/// Each process has one of this many lanes, so that two processes with one app key do not draw the same tick: the ticks
/// of a nonce are a multiple of this number plus the lane. A step is 6.6 ms; a process that signs faster runs ahead of
/// the clock, which is allowed for an opaque, rising number. Two processes share a lane in one case of 65,536.
const LANES: u64 = 1 << 16;

/// The lane, with the id of the process that drew it in the higher bits, so that a forked child draws its own.
static LANE: AtomicU64 = AtomicU64::new(0);
static LAST_STEP: AtomicU64 = AtomicU64::new(0);

/// The next nonce of this process: ten times the clock's .NET ticks, rounded to 6.6 ms, plus the mark. It is greater
/// than every nonce before, even if the clock steps back.
///
/// Netgíró's replies carry plain ticks, which have 18 digits until the year 3169. So the nonce reveals a request that
/// is sent back as a reply, whatever process signed it.
///
/// # Errors
/// If the clock is before 1902 or after 2922, or the lane cannot be drawn.
pub(super) fn next(clock: &dyn Clock, randomness: &dyn Randomness) -> Result<u64, Error> {
    let now = ticks(clock)?;
    let lane = lane(&LANE, std::process::id(), randomness)?;
    let ticks = rise(&LAST_STEP, now / LANES) * LANES + lane;
    // A process that has run ahead of these years has no nonce left.
    if TICKS.contains(&ticks) { Ok(ticks * 10 + MARK) } else { Err(Error::new(ClockFault::OutOfRange)) }
}

/// Whether a nonce has the form that [`next`] draws, in any process.
pub(super) fn is_drawn(nonce: &[u8]) -> bool {
    nonce.len() == 19 && nonce.iter().all(u8::is_ascii_digit) && matches!(nonce, [b'6'..=b'9', .., b'7'])
}

fn ticks(clock: &dyn Clock) -> Result<u64, Error> {
    let ticks = unix_nanos(clock.now()).div_euclid(100) + TICKS_BEFORE_1970;
    // Checked first: a clock that is wrong for a moment must not use up the remaining years.
    let known = u64::try_from(ticks).ok().filter(|ticks| TICKS.contains(ticks));
    known.ok_or_else(|| Error::new(ClockFault::OutOfRange))
}

/// Raises `last` to `now`, or by one if the clock has not moved on, without a lock.
fn rise(last: &AtomicU64, now: u64) -> u64 {
    let step = next_step(last);
    if step < now { catch_up(last, now) } else { step }
}

fn next_step(last: &AtomicU64) -> u64 {
    last.fetch_add(1, Ordering::Relaxed) + 1
}

/// The clock's step or, if another thread has already taken it, the step after the last.
fn catch_up(last: &AtomicU64, now: u64) -> u64 {
    if last.fetch_max(now, Ordering::Relaxed) < now { now } else { next_step(last) }
}

fn lane(drawn: &AtomicU64, process: u32, randomness: &dyn Randomness) -> Result<u64, Error> {
    let known = drawn.load(Ordering::Relaxed);
    if known / LANES == u64::from(process) {
        return Ok(known % LANES);
    }
    let mut bytes = [0; 2];
    randomness.fill(&mut bytes)?;
    let fresh = u64::from(process) * LANES + u64::from(u16::from_le_bytes(bytes));
    // If another thread has drawn meanwhile, its lane counts.
    match drawn.compare_exchange(known, fresh, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => Ok(fresh % LANES),
        Err(theirs) => Ok(theirs % LANES),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::random::OsRandomness;

    #[test]
    fn ticks_are_those_of_the_vendors_example() {
        let at = || UNIX_EPOCH + Duration::from_nanos(1_396_265_053_856_378_100);
        assert_eq!(ticks(&at).unwrap(), 635_318_618_538_563_781);
    }

    #[test]
    fn ticks_that_make_no_nonce_of_19_digits_below_2_to_the_63_are_an_error() {
        let at = |ticks: u64| {
            let first = UNIX_EPOCH - Duration::from_secs(62_135_596_800);
            let since =
                Duration::from_secs(ticks / 10_000_000) + Duration::from_nanos(ticks % 10_000_000 * 100);
            move || first + since
        };
        for good in [TICKS.start, TICKS.end - 1] {
            assert_eq!(ticks(&at(good)).unwrap(), good);
            let nonce = good * 10 + MARK;
            assert!(is_drawn(nonce.to_string().as_bytes()) && i64::try_from(nonce).is_ok(), "{nonce}");
        }
        for wrong in [TICKS.start - 1, TICKS.end, 1_000_000_000_000_000_000] {
            assert_eq!(ticks(&at(wrong)).unwrap_err().code(), "clock-out-of-range", "{wrong}");
        }
    }

    #[test]
    fn e6_no_nonce_that_a_reply_may_have_is_of_the_form_that_is_drawn() {
        let drawn = next(&|| UNIX_EPOCH + Duration::from_secs(1_700_000_000), &OsRandomness).unwrap();
        assert!(is_drawn(drawn.to_string().as_bytes()), "{drawn}");
        for other in [
            "635318618538563781",  // ticks, as the vendor's example
            "635318618538563787",  // with the mark for last digit
            "1396265053",          // seconds since 1970
            "1396265053856378107", // nanoseconds since 1970
            "6353186185385637810", // ten times the ticks, without the mark
            "63531861853856378107",
            "635318618538563781-",
            "63531861853856378a7",
            "reply-7",
            "",
        ] {
            assert!(!is_drawn(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn rises_over_a_clock_that_stands_still_or_steps_back() {
        let last = AtomicU64::new(0);
        let drawn: Vec<u64> = [5, 5, 3, 8, 10, 1].into_iter().map(|now| rise(&last, now)).collect();
        assert_eq!(drawn, [5, 6, 7, 8, 10, 11]);
    }

    #[test]
    fn a_forked_process_leaves_its_parents_lane() {
        struct Counting(AtomicU64);
        impl Randomness for Counting {
            fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
                bytes.fill(self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0]);
                Ok(())
            }
        }
        let (drawn, randomness) = (AtomicU64::new(0), Counting(AtomicU64::new(1)));
        let lanes = [7, 7, 8, 8].map(|process| lane(&drawn, process, &randomness).unwrap());
        assert_eq!(lanes, [0x0101, 0x0101, 0x0202, 0x0202]);
    }

    #[test]
    fn a_lane_that_another_thread_drew_meanwhile_is_the_lane() {
        struct Overtaken(&'static AtomicU64);
        impl Randomness for Overtaken {
            fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
                self.0.store(7 * LANES + 5, Ordering::Relaxed);
                bytes.fill(9);
                Ok(())
            }
        }
        static DRAWN: AtomicU64 = AtomicU64::new(0);
        assert_eq!(lane(&DRAWN, 7, &Overtaken(&DRAWN)).unwrap(), 5);
    }

    #[test]
    fn s6_no_rise_is_lost_among_threads() {
        const THREADS: u64 = 4;
        const RISES: u64 = 250_000;
        let (last, together) = (AtomicU64::new(0), std::sync::Barrier::new(4));
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    together.wait();
                    (0..RISES).for_each(|_| _ = rise(&last, 0));
                });
            }
        });
        // Over a clock that stands still, each adds one: two that gave one step would have left it lower.
        assert_eq!(last.into_inner(), THREADS * RISES);
    }

    #[test]
    fn s6_a_step_of_the_clock_that_another_thread_has_drawn_is_not_drawn_again() {
        for (drawn, expected) in [(5, 7), (6, 7), (7, 8), (9, 10)] {
            let last = AtomicU64::new(drawn);
            assert_eq!((catch_up(&last, 7), last.into_inner()), (expected, expected));
        }
    }

    #[test]
    fn a_nonce_is_the_clocks_step_in_the_lane_of_the_process_and_the_mark() {
        let clock = || UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let nonce = next(&clock, &OsRandomness).unwrap();
        let (drawn, process) = (nonce / 10, std::process::id());
        assert_eq!(nonce % 10, MARK);
        assert_eq!(drawn % LANES, lane(&LANE, process, &OsRandomness).unwrap());
        // Other tests of this process may have drawn a few of these steps.
        let ahead = drawn / LANES - ticks(&clock).unwrap() / LANES;
        assert!(ahead < 30_000, "{ahead}");
    }

    #[test]
    fn two_threads_never_draw_one_nonce() {
        let draw = || (0..10_000).map(|_| next(&|| UNIX_EPOCH, &OsRandomness).unwrap()).collect::<Vec<_>>();
        let (mut a, b) = std::thread::scope(|scope| {
            let other = scope.spawn(draw);
            (draw(), other.join().unwrap())
        });
        assert!(a.is_sorted_by(|x, y| x < y) && b.is_sorted_by(|x, y| x < y));
        a.extend(b);
        a.sort_unstable();
        a.dedup();
        assert_eq!(a.len(), 20_000);
    }
}

//! Times cases side by side: each round runs every case once, so that a disturbance of the machine disturbs all cases.
//! Counts the CPU time of the thread, which leaves out what other programs take.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// About how long one round of one case takes: long against the clock's resolution, short against disturbances.
const SLICE: Duration = Duration::from_millis(2);

/// Something to be timed.
pub struct Case<'c> {
    name: &'static str,
    run: Box<dyn FnMut(u32) + 'c>,
    repeats: u32,
    nanos: Vec<f64>,
}

impl<'c> Case<'c> {
    /// A case that runs `operation` as often as fits into a slice of time.
    pub fn new<R>(name: &'static str, mut operation: impl FnMut() -> R + 'c) -> Self {
        let run = Box::new(move |repeats| {
            for _ in 0..repeats {
                black_box(operation());
            }
        });
        Self { name, run, repeats: 1, nanos: Vec::new() }
    }

    fn time(&mut self) -> Duration {
        let start = ThreadTime::now();
        (self.run)(self.repeats);
        start.elapsed()
    }

    fn calibrate(&mut self) {
        while self.time() < SLICE / 2 {
            self.repeats *= 2;
        }
    }
}

/// The times of all cases, in nanoseconds per operation, round by round.
pub struct Timings(Vec<(&'static str, Vec<f64>)>);

/// Runs all cases in turn, `rounds` times.
pub fn interleave(mut cases: Vec<Case<'_>>, rounds: usize) -> Timings {
    cases.iter_mut().for_each(Case::calibrate);
    for _ in 0..rounds {
        for case in &mut cases {
            let nanos = case.time().as_secs_f64() * 1e9 / f64::from(case.repeats);
            case.nanos.push(nanos);
        }
    }
    Timings(cases.into_iter().map(|case| (case.name, case.nanos)).collect())
}

impl Timings {
    /// Nanoseconds per operation of the case called `name`.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn nanos(&self, name: &str) -> Spread {
        Spread::of(self.rounds_of(name))
    }

    /// How much longer one case takes than the other, compared round by round.
    ///
    /// # Panics
    /// When one of them is missing.
    #[must_use]
    pub fn ratio(&self, name: &str, over: &str) -> Spread {
        Spread::of_pairs(self.rounds_of(name), self.rounds_of(over))
    }

    fn rounds_of(&self, name: &str) -> &[f64] {
        let found = self.0.iter().find(|(case, _)| *case == name);
        &found.unwrap_or_else(|| panic!("no case is called {name}")).1
    }
}

/// The spread of the values of several rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle value.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// The spread of some values.
    ///
    /// # Panics
    /// When there are none.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Self { median, min: sorted[0], max: sorted[sorted.len() - 1] }
    }

    /// The spread of `values[i] / over[i]`.
    ///
    /// # Panics
    /// When there are none.
    #[must_use]
    pub fn of_pairs(values: &[f64], over: &[f64]) -> Self {
        Self::of(&values.iter().zip(over).map(|(value, over)| value / over).collect::<Vec<_>>())
    }

    /// A value that every round agrees on.
    #[must_use]
    pub fn exactly(value: f64) -> Self {
        Self { median: value, min: value, max: value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middle_values() {
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]), Spread { median: 2.0, min: 1.0, max: 3.0 });
        assert_eq!(Spread::of(&[4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert_eq!(Spread::of_pairs(&[2.0, 9.0], &[1.0, 3.0]), Spread { median: 2.5, min: 2.0, max: 3.0 });
    }

    #[test]
    fn each_round_runs_every_case() {
        let timings = interleave(vec![Case::new("a", || 1), Case::new("b", || 2)], 3);
        assert_eq!(timings.rounds_of("a").len(), 3);
        assert!(timings.ratio("a", "b").min > 0.0);
    }
}

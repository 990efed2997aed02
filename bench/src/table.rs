//! What is printed: each goal beside what was measured.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::rounds::Spread;

/// One line of the table.
pub struct Row {
    /// Its name in the JSON line.
    pub name: &'static str,
    /// What was measured.
    pub measured: Spread,
    /// The most that it may be, or the least where `at_least` says so.
    pub goal: f64,
    /// Whether more is better.
    pub at_least: bool,
}

impl Row {
    /// A line whose goal is not to be exceeded.
    #[must_use]
    pub fn at_most(goal: f64, name: &'static str, measured: Spread) -> Self {
        Self { name, measured, goal, at_least: false }
    }

    /// A line whose goal is to be reached.
    #[must_use]
    pub fn at_least(goal: f64, name: &'static str, measured: Spread) -> Self {
        Self { name, measured, goal, at_least: true }
    }

    /// Whether the median, rounded to two places as it is printed, meets the goal.
    #[must_use]
    pub fn is_met(&self) -> bool {
        let rounded = (self.measured.median * 100.0).round() / 100.0;
        if self.at_least { rounded >= self.goal } else { rounded <= self.goal }
    }
}

/// The names and medians as one JSON object. Ratios are rounded to three places.
#[must_use]
pub fn json(rows: &[Row]) -> Map<String, Value> {
    rows.iter()
        .map(|row| (row.name.to_owned(), json!((row.measured.median * 1000.0).round() / 1000.0)))
        .collect()
}

/// All lines, aligned.
pub struct Table<'r>(pub &'r [Row]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<32} {:>8} {:>8} {:>8} {:>9}", "", "median", "min", "max", "goal")?;
        for row in self.0 {
            let Spread { median, min, max } = row.measured;
            let (sign, goal) = (if row.at_least { "≥" } else { "≤" }, row.goal);
            let verdict = if row.is_met() { "" } else { "  missed" };
            writeln!(
                f,
                "{:<32} {median:>8.2} {min:>8.2} {max:>8.2} {sign:>4} {goal:>4.2}{verdict}",
                row.name
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_from_its_own_side() {
        let met = |row: Row| row.is_met();
        assert!(met(Row::at_most(1.10, "a", Spread::exactly(1.104))));
        assert!(!met(Row::at_most(1.10, "a", Spread::exactly(1.106))));
        assert!(met(Row::at_least(1.8, "a", Spread::exactly(1.8))));
        assert!(!met(Row::at_least(1.8, "a", Spread::exactly(1.7))));
    }

    #[test]
    fn the_json_line_has_names_and_medians() {
        let rows = [Row::at_most(1.0, "a", Spread::of(&[1.0, 2.0, 9.0]))];
        assert_eq!(serde_json::to_string(&json(&rows)).unwrap(), r#"{"a":2.0}"#);
    }
}

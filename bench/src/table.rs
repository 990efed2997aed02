//! The printed table: each goal beside what was measured.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::rounds::Spread;

/// One line of the table.
pub struct Row {
    /// Its name in the JSON line.
    pub name: &'static str,
    /// What was measured.
    pub measured: Spread,
    /// The most that it may be; `None` for a value without a goal.
    pub goal: Option<f64>,
}

impl Row {
    /// A line whose goal is not to be exceeded.
    #[must_use]
    pub fn at_most(goal: f64, name: &'static str, measured: Spread) -> Self {
        Self { name, measured, goal: Some(goal) }
    }

    /// A line without a goal.
    #[must_use]
    pub fn to_be_known(name: &'static str, measured: Spread) -> Self {
        Self { name, measured, goal: None }
    }

    /// Whether the median, rounded to two places as it is printed, meets the goal, if there is one.
    #[must_use]
    pub fn is_met(&self) -> bool {
        let rounded = (self.measured.median * 100.0).round() / 100.0;
        self.goal.is_none_or(|goal| rounded <= goal)
    }
}

/// The names and medians as one JSON object. Ratios are rounded to three places.
#[must_use]
pub fn json(rows: &[Row]) -> Map<String, Value> {
    rows.iter()
        .map(|row| (row.name.to_owned(), json!((row.measured.median * 1000.0).round() / 1000.0)))
        .collect()
}

/// All lines, aligned: first those with a goal.
pub struct Table<'r>(pub &'r [Row]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (goals, others): (Vec<_>, Vec<_>) = self.0.iter().partition(|row| row.goal.is_some());
        writeln!(f, "{:<32} {:>8} {:>8} {:>8} {:>9}", "", "median", "min", "max", "goal")?;
        goals.into_iter().try_for_each(|row| write_row(f, row))?;
        writeln!(f, "\nWithout a goal")?;
        others.into_iter().try_for_each(|row| write_row(f, row))
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
    let Spread { median, min, max } = row.measured;
    write!(f, "{:<32} {median:>8.2} {min:>8.2} {max:>8.2}", row.name)?;
    if let Some(goal) = row.goal {
        let verdict = if row.is_met() { "" } else { "  missed" };
        write!(f, "    ≤ {goal:>4.2}{verdict}")?;
    }
    writeln!(f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_up_to_two_places() {
        let met = |row: Row| row.is_met();
        assert!(met(Row::at_most(1.10, "a", Spread::exactly(1.104))));
        assert!(!met(Row::at_most(1.10, "a", Spread::exactly(1.106))));
        assert!(met(Row::to_be_known("a", Spread::exactly(9.0))));
    }

    #[test]
    fn the_json_line_has_names_and_medians() {
        let rows = [Row::at_most(1.0, "a", Spread::of(&[1.0, 2.0, 9.0]))];
        assert_eq!(serde_json::to_string(&json(&rows)).unwrap(), r#"{"a":2.0}"#);
    }
}

//! Response rates as a table to read.

use std::fmt;

use super::report::{AttributeResponse, LevelCounts, ResponseReport};
use crate::frame::readable::{grouped, shown_p, shown_share, shown_text, write_table};

/// Levels of a column that are shown.
const MOST_LEVELS: usize = 50;

impl fmt::Display for ResponseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "response: {} of {} asked", grouped(self.rows.n_used), grouped(self.rows.n_rows))?;
        match &self.rate {
            Ok(rate) => {
                let ends = [rate.estimate, rate.interval.low, rate.interval.high].map(|share| percent(Some(share)));
                write!(f, ", {} ({} to {})", ends[0], ends[1], ends[2])?;
            }
            Err(undefined) => write!(f, ", no rate ({undefined})")?,
        }
        self.attributes.iter().try_for_each(|attribute| attribute.write(f))
    }
}

impl AttributeResponse {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEADS: [&str; 8] = ["asked", "answered", "rate", "low", "high", "share", "std diff", "level"];
        write!(f, "\n\n{}: ", shown_text(&self.column))?;
        match (&self.test, self.p_adjusted) {
            (Ok(_), Some(p)) => write!(f, "p {} adjusted", shown_p(p))?,
            (Ok(_), None) => f.write_str("no test")?,
            (Err(undefined), _) => write!(f, "no test ({undefined})")?,
        }
        if let Some(representativeness) = self.representativeness {
            write!(f, ", representativeness {}", shown_share(Some(representativeness)))?;
        }
        let shown = &self.levels[..self.levels.len().min(MOST_LEVELS)];
        let name = |level: &LevelCounts| level.value.as_deref().map_or_else(|| "(missing)".to_owned(), shown_text);
        let rows: Vec<(Vec<String>, String)> = shown.iter().map(|level| (cells(level), name(level))).collect();
        write_table(f, &HEADS, &rows)?;
        let n_more = self.levels.len() - shown.len();
        if n_more > 0 {
            write!(f, "\nand {} more, which `to_dataframe` has", grouped(n_more as u64))?;
        }
        Ok(())
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", 100.0 * share))
}

fn cells(level: &LevelCounts) -> Vec<String> {
    let ends = level.rate.map(|rate| rate.interval);
    let difference = level.standardized_difference.map_or_else(|| "-".to_owned(), |size| format!("{size:.3}"));
    vec![
        grouped(level.n_invited),
        grouped(level.n_responses),
        percent(level.rate.map(|rate| rate.estimate)),
        percent(ends.map(|ends| ends.low)),
        percent(ends.map(|ends| ends.high)),
        percent(level.respondent_share),
        difference,
    ]
}

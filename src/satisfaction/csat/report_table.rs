//! Satisfaction scores as a table to read.

use std::fmt;

use super::group::CsatGroup;
use super::report::CsatReport;
use crate::frame::readable::{grouped, shown_number, write_table};

/// Groups of each kind that are shown.
const MOST_GROUPS: usize = 50;

impl fmt::Display for CsatReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weighted = if self.is_weighted { ", weighted" } else { "" };
        let conf_level = shown_number(Some(100.0 * self.params.conf_level));
        write!(f, "satisfaction scores: {}", self.rows)?;
        let (min, max) = (self.scale.min(), self.scale.max());
        write!(f, "\nscale {min} to {max}; {}; {conf_level}% intervals{weighted}", self.boxes())?;
        for groups in [std::slice::from_ref(&self.overall), &self.segments, &self.periods, &self.groups] {
            self.write_groups(f, groups)?;
        }
        Ok(())
    }
}

impl CsatReport {
    /// Which scores make the boxes.
    fn boxes(&self) -> String {
        let scores = |from: i64, to: i64| if from == to { from.to_string() } else { format!("{from} to {to}") };
        let (min, max) = (i64::from(self.scale.min()), i64::from(self.scale.max()));
        let top = scores(max - i64::from(self.params.top_box) + 1, max);
        let bottom = scores(min, min + i64::from(self.params.bottom_box) - 1);
        format!("top box {top}, bottom box {bottom}")
    }

    fn write_groups(&self, f: &mut fmt::Formatter<'_>, groups: &[CsatGroup]) -> fmt::Result {
        const HEADS: [&str; 10] =
            ["n", "mean", "std error", "low", "high", "top box", "low", "high", "bottom box", "group"];
        if groups.is_empty() {
            return Ok(());
        }
        let shown = &groups[..groups.len().min(MOST_GROUPS)];
        let rows: Vec<(Vec<String>, &_)> = shown.iter().map(|group| (cells(group), &group.key)).collect();
        f.write_str("\n")?;
        write_table(f, &HEADS, &rows)?;
        let n_more = groups.len() - shown.len();
        if n_more > 0 {
            write!(f, "\nand {} more, which `to_dataframe` has", grouped(n_more as u64))?;
        }
        for group in shown {
            let no_score = group.reason.as_ref().map(|reason| format!("no scores ({reason})"));
            let no_interval = || group.no_interval.as_ref().map(|reason| format!("no interval of the mean ({reason})"));
            if let Some(lacking) = no_score.or_else(no_interval) {
                write!(f, "\n- {}: {lacking}", group.key)?;
            }
        }
        Ok(())
    }
}

fn cells(group: &CsatGroup) -> Vec<String> {
    let percent = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", 100.0 * share));
    let score = |score: Option<f64>| score.map_or_else(|| "-".to_owned(), |score| format!("{score:.3}"));
    let mut cells = vec![grouped(group.n)];
    let ends = group.interval;
    cells.extend([group.mean, group.std_error, ends.map(|ends| ends.low), ends.map(|ends| ends.high)].map(score));
    let top = group.top_box;
    let top_ends = [top.map(|share| share.interval.low), top.map(|share| share.interval.high)];
    let shares =
        [top.map(|share| share.estimate), top_ends[0], top_ends[1], group.bottom_box.map(|share| share.estimate)];
    cells.extend(shares.map(percent));
    cells
}

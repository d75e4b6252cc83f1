//! Net promoter scores as a table to read.

use std::fmt;

use super::group::NpsGroup;
use super::params::NpsInterval;
use super::report::NpsReport;
use crate::frame::readable::{grouped, shown_number, write_table};
use crate::kernel::undefined::Undefined;

/// Groups of each kind that are shown.
const MOST_GROUPS: usize = 50;

impl fmt::Display for NpsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.params.interval {
            NpsInterval::AdjustedWald => "adjusted Wald",
            NpsInterval::Wald => "Wald",
            NpsInterval::Exact => "exact",
            NpsInterval::Bootstrap { .. } => "bootstrap",
        };
        let weighted = if self.is_weighted { ", weighted" } else { "" };
        let conf_level = shown_number(Some(100.0 * self.params.conf_level));
        write!(f, "net promoter score: {}", self.rows)?;
        write!(f, "\n{conf_level}% intervals, {how}{weighted}; {}", self.classes())?;
        let is_finite = self.params.population.is_some() || !self.params.segment_populations.is_empty();
        if is_finite && self.params.period.is_some() {
            f.write_str("\nfinite populations count in each period, and not over all of them")?;
        }
        for groups in [std::slice::from_ref(&self.overall), &self.segments, &self.periods, &self.groups] {
            self.write_groups(f, groups)?;
        }
        Ok(())
    }
}

/// What to do about a missing interval, where settings are the reason.
fn remedy(reason: &Undefined) -> &'static str {
    match reason {
        Undefined::TooMany { .. } => "; ask for `NpsInterval::AdjustedWald`",
        Undefined::BeyondPopulation { .. } => {
            "; state the population of all who could answer, or keep one answer of each"
        }
        _ => "",
    }
}

impl NpsReport {
    fn classes(&self) -> String {
        format!("detractors to {}, promoters from {}", self.params.detractors_to, self.params.promoters_from)
    }

    fn write_groups(&self, f: &mut fmt::Formatter<'_>, groups: &[NpsGroup]) -> fmt::Result {
        const PLAIN: [&str; 9] =
            ["n", "promoters", "passives", "detractors", "nps", "std error", "low", "high", "group"];
        const WEIGHTED: [&str; 10] =
            ["n", "n eff", "promoters", "passives", "detractors", "nps", "std error", "low", "high", "group"];
        if groups.is_empty() {
            return Ok(());
        }
        let shown = &groups[..groups.len().min(MOST_GROUPS)];
        let rows: Vec<(Vec<String>, &_)> = shown.iter().map(|group| (self.cells(group), &group.key)).collect();
        f.write_str("\n")?;
        write_table(f, if self.is_weighted { &WEIGHTED } else { &PLAIN }, &rows)?;
        let n_more = groups.len() - shown.len();
        if n_more > 0 {
            write!(f, "\nand {} more, which `to_dataframe` has", grouped(n_more as u64))?;
        }
        for group in shown {
            let no_score = group.reason.as_ref().map(|reason| format!("no score ({reason})"));
            let lacks = |reason: &Undefined| format!("no interval ({reason}{})", remedy(reason));
            let no_interval = || group.no_interval.as_ref().map(lacks);
            if let Some(lacking) = no_score.or_else(no_interval) {
                write!(f, "\n- {}: {lacking}", group.key)?;
            }
        }
        Ok(())
    }

    fn cells(&self, group: &NpsGroup) -> Vec<String> {
        let percent =
            |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", 100.0 * share));
        let points = |points: Option<f64>| points.map_or_else(|| "-".to_owned(), |points| format!("{points:.1}"));
        let mut cells = vec![grouped(group.n)];
        if self.is_weighted {
            cells.push(points(group.n_eff));
        }
        cells.extend([group.promoter_share, group.passive_share, group.detractor_share].map(percent));
        let ends = [group.interval.map(|ends| ends.low), group.interval.map(|ends| ends.high)];
        cells.extend([group.nps, group.std_error, ends[0], ends[1]].map(points));
        cells
    }
}

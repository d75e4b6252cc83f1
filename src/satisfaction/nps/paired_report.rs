//! The change of a score among people who answered twice.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::paired::{
    FIRST, GAPS, HAS_RESPONDENT, N_FIRST, N_PEOPLE, N_ROWS, N_SECOND, NpsPaired, NpsPairedParams, SECOND,
};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::columns::{self, SCORE};
use crate::frame::readable::{grouped, shown_p};
use crate::frame::survey::CodedQuestion;
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::survey::{NpsChange, NpsClass, NpsTransitions};
use crate::kernel::undefined::Undefined;

const CLASSES: [(NpsClass, &str); 3] =
    [(NpsClass::Detractor, "detractor"), (NpsClass::Passive, "passive"), (NpsClass::Promoter, "promoter")];

/// The change of a score among people who answered once at each of two times.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsPairedReport {
    /// The settings.
    pub params: NpsPairedParams,
    /// People by class at the first time (rows) and at the second: detractors, passives, promoters.
    pub transitions: NpsTransitions,
    /// The change with its interval and test, or why there is none.
    pub change: std::result::Result<NpsChange, Undefined>,
    /// People who answered at the first time only.
    pub n_only_first: u64,
    /// People who answered at the second time only.
    pub n_only_second: u64,
    /// People who answered more than once at one of the times, which of their answers counts being
    /// unknown.
    pub n_repeated: u64,
    /// People without a usable answer.
    pub n_unanswered: u64,
    /// Rows of the two times.
    pub n_rows: u64,
    /// Rows without a respondent.
    pub n_rows_without_respondent: u64,
    /// Rows without a usable answer: null, not applicable, or set aside.
    pub n_rows_without_answer: u64,
}

impl NpsPairedReport {
    pub(super) fn new(params: &NpsPairedParams, counted: &DataFrame) -> Result<Self> {
        let whole = |name: &str| -> Result<Vec<Option<i64>>> {
            let column = counted.column(name).and_then(|column| column.cast(&DataType::Int64));
            let column = column.map_err(Error::query(NpsPaired::NAME))?;
            Ok(column.i64().map_err(Error::query(NpsPaired::NAME))?.iter().collect())
        };
        let gaps = GAPS.iter().map(|name| whole(name)).collect::<Result<Vec<_>>>()?;
        check_answers(counted, &gaps)?;
        let [first, second, n_first, n_second] = [whole(FIRST)?, whole(SECOND)?, whole(N_FIRST)?, whole(N_SECOND)?];
        let (has_respondent, people, rows) = (whole(HAS_RESPONDENT)?, whole(N_PEOPLE)?, whole(N_ROWS)?);
        let mut report = Self {
            params: params.clone(),
            transitions: NpsTransitions::default(),
            change: Err(Undefined::TooFew { n: 0, needed: 1 }),
            n_only_first: 0,
            n_only_second: 0,
            n_repeated: 0,
            n_unanswered: 0,
            n_rows: total(&rows),
            n_rows_without_respondent: 0,
            n_rows_without_answer: gaps.iter().map(|gap| total(gap)).sum(),
        };
        for kind in 0..counted.height() {
            let n = people[kind].unwrap_or_default() as u64;
            match (n_first[kind].unwrap_or_default(), n_second[kind].unwrap_or_default()) {
                _ if has_respondent[kind] != Some(1) => {
                    report.n_rows_without_respondent += rows[kind].unwrap_or_default() as u64;
                }
                (1, 1) => {
                    if let (Some(from), Some(to)) = (first[kind], second[kind]) {
                        report.transitions.cells[from as usize % 3][to as usize % 3] += n;
                    }
                }
                (1, 0) => report.n_only_first += n,
                (0, 1) => report.n_only_second += n,
                (0, 0) => report.n_unanswered += n,
                _ => report.n_repeated += n,
            }
        }
        report.change = report.transitions.change(params.conf_level);
        Ok(report)
    }
}

fn total(counts: &[Option<i64>]) -> u64 {
    counts.iter().flatten().sum::<i64>() as u64
}

/// Refuses answers that can be none, unless they are to be set aside.
fn check_answers(counted: &DataFrame, gaps: &[Vec<Option<i64>>]) -> Result<()> {
    let coded = counted.column(SCORE).ok().and_then(|column| CodedQuestion::of(column.dtype()));
    let coded = coded.ok_or_else(|| Error::Unusable {
        analysis: NpsPaired::NAME,
        reason: "the query has no coded answers; make it by `plan`".to_owned(),
    })?;
    let mut tally = [0; 256];
    for (slot, gap) in tally.iter_mut().skip(coded.n_levels()).zip(gaps) {
        *slot = total(gap);
    }
    coded.check(NpsPaired::NAME, &coded.counts(&tally))
}

impl ToDataFrame for NpsPairedReport {
    /// One row for each of the nine transitions: class before and after, and people.
    fn to_dataframe(&self) -> DataFrame {
        let pairs = || CLASSES.iter().flat_map(|from| CLASSES.iter().map(move |to| (from, to)));
        let n =
            |(from, to): (&(NpsClass, &str), &(NpsClass, &str))| self.transitions.cells[from.0 as usize][to.0 as usize];
        frame_of(vec![
            Series::new(columns::CLASS_BEFORE.into(), pairs().map(|(from, _)| from.1).collect::<Vec<_>>()),
            Series::new(columns::CLASS_AFTER.into(), pairs().map(|(_, to)| to.1).collect::<Vec<_>>()),
            Series::new(columns::N.into(), pairs().map(n).collect::<Vec<u64>>()),
        ])
    }
}

impl fmt::Display for NpsPairedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.transitions.first().n();
        write!(f, "net promoter score of {} people who answered twice", grouped(n))?;
        let left_out = [
            ("at the first time only", self.n_only_first),
            ("at the second time only", self.n_only_second),
            ("more than once", self.n_repeated),
            ("without a usable answer", self.n_unanswered),
        ];
        let left_out = left_out.into_iter().filter(|(_, n)| *n > 0).map(|(why, n)| format!("{} {why}", grouped(n)));
        let left_out: Vec<String> = left_out.collect();
        if !left_out.is_empty() {
            write!(f, "; people left out: {}", left_out.join(", "))?;
        }
        match &self.change {
            Err(undefined) => write!(f, "\nno change ({undefined})"),
            Ok(change) => {
                write!(f, "\nfrom {:.1} to {:.1}: {:+.1} points", change.first, change.second, change.estimate)?;
                if let Ok(ends) = &change.interval {
                    write!(f, ", {}% interval {:.1} to {:.1}", 100.0 * self.params.conf_level, ends.low, ends.high)?;
                }
                if let Ok(test) = &change.test {
                    write!(f, ", p {}", shown_p(test.p_value))?;
                }
                write!(f, "\n{} went up, {} stayed, {} went down", change.n_up, change.n_same, change.n_down)
            }
        }
    }
}

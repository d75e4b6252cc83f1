//! What every rule did, in counts.

use std::collections::BTreeMap;

use polars::prelude::*;
use serde::Serialize;

use crate::cleaning::engine::legend::{CellEvent, Counted, Legend, Limit, Tally};
use crate::cleaning::engine::shapes::count_shapes;
use crate::cleaning::engine::split::Layout;
use crate::cleaning::rule::CLEANING;
use crate::cleaning::validity::check_count::CheckCount;
use crate::error::{Error, Result};

/// Rows that a rule took for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReasonCount {
    /// The reason, as in the quarantine; it can name columns, never values.
    pub reason: String,
    /// Rows taken for it.
    pub n_rows: u64,
    /// Form of the cells that failed, such as `AA-999`, with how often it occurred; empty
    /// where the reason is not in one cell. See [`shape`](crate::text::shape).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shapes: BTreeMap<String, u64>,
}

/// Cells of one column to which a rule did one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CellCount {
    /// The column, by its raw name.
    pub column: String,
    /// What happened: `changed`, `filled`, `raised`, `unreadable` and the like.
    pub what: String,
    /// Whether the cells hold another value afterwards.
    pub is_change: bool,
    /// How many cells.
    pub n_cells: u64,
    /// Form of the cells as they came to the rule, where that helps.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shapes: BTreeMap<String, u64>,
}

/// What one rule did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleReport {
    /// Place of the rule, from 1.
    pub number: u32,
    /// Name of the rule, as in job files.
    pub rule: &'static str,
    /// Rows that the earlier rules left.
    pub n_rows_in: u64,
    /// Rows that this rule took.
    pub n_rows_taken: u64,
    /// Rows that it recognised and left in, as it was told.
    pub n_rows_spared: u64,
    /// Rows left in because they lack what the rule judges by, such as a price.
    pub n_rows_unjudged: u64,
    /// Cells that hold another value afterwards.
    pub n_cells_changed: u64,
    /// Rows that it left: rows in less rows taken.
    pub n_rows_out: u64,
    /// Rows taken, by reason; reasons that took none are listed too. A row with several is
    /// counted for the first, so that the counts add up to the rows taken.
    pub reasons: Vec<ReasonCount>,
    /// What happened to cells, column by column.
    pub cells: Vec<CellCount>,
    /// Rows that failed each check, or could not be judged by it; a row counts for every
    /// check. Only the rule [`Checks`](crate::cleaning::Checks) has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckCount>,
}

/// What a cleaning did: counts by rule, and never a customer's data.
///
/// Displays as a table for a log; [`to_dataframe`](crate::frame::ToDataFrame::to_dataframe) has one row
/// per rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CleaningReport {
    /// Rows read.
    pub n_rows_in: u64,
    /// Rows left.
    pub n_rows_out: u64,
    /// Rows taken: rows read less rows left.
    pub n_rows_quarantined: u64,
    /// One report per rule, in the order in which the rules worked.
    pub rules: Vec<RuleReport>,
    /// New names of columns in what is left, by their raw names; empty where they kept theirs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed: BTreeMap<String, String>,
}

impl CleaningReport {
    /// Counts a flagged batch.
    pub(crate) fn of(flagged: &DataFrame, layout: &Layout) -> Result<Self> {
        let legend = &layout.legend;
        let query = Error::query;
        let codes = flagged.column(&layout.state).and_then(|column| column.u32()).map_err(query(CLEANING))?;
        let taken = taken_by_reason(codes, legend.reasons.len());
        let mut report = Self::taken(flagged.height() as u64, &taken, legend);
        for tally in &legend.tallies {
            let flags = flagged.column(&tally.column).and_then(|column| column.bool()).map_err(query(CLEANING))?;
            let shapes = |n| match &tally.shape_of {
                Some(column) if n > 0 => count_shapes(flagged, column, flags),
                _ => Ok(BTreeMap::new()),
            };
            report.rules[tally.rule].count(tally, flags.num_trues() as u64, shapes)?;
        }
        let mut counted: Vec<Vec<CheckCount>> = vec![vec![]; report.rules.len()];
        for check in &legend.checks {
            counted[check.rule].push(CheckCount::of(flagged, check)?);
        }
        for (rule, checks) in report.rules.iter_mut().zip(counted) {
            rule.checks = checks;
        }
        for (code, reason) in legend.reasons.iter().enumerate() {
            let Some(column) = reason.shape_of.as_ref().filter(|_| taken[code] > 0) else { continue };
            let shapes = count_shapes(flagged, column, &codes.equal(code as u32))?;
            let place = legend.reasons[..code].iter().filter(|earlier| earlier.rule == reason.rule).count();
            report.rules[reason.rule].reasons[place].shapes = shapes;
        }
        Ok(report)
    }

    /// The report of no rows.
    pub(crate) fn none(legend: &Legend) -> Self {
        Self::taken(0, &vec![0; legend.reasons.len()], legend)
    }

    /// A report with the rows taken for each reason, and nothing else counted yet.
    fn taken(n_rows_in: u64, taken: &[u64], legend: &Legend) -> Self {
        let mut left = n_rows_in;
        let mut rules: Vec<RuleReport> = Vec::with_capacity(legend.rules.len());
        for (place, &rule) in legend.rules.iter().enumerate() {
            let of_rule = legend.reasons.iter().zip(taken).filter(|(reason, _)| reason.rule == place);
            let reasons: Vec<ReasonCount> =
                of_rule.map(|(reason, &n_rows)| ReasonCount::new(&reason.text, n_rows)).collect();
            let n_rows_taken = reasons.iter().map(|count| count.n_rows).sum();
            rules.push(RuleReport {
                number: place as u32 + 1,
                rule,
                n_rows_in: left,
                n_rows_taken,
                n_rows_spared: 0,
                n_rows_unjudged: 0,
                n_cells_changed: 0,
                n_rows_out: left - n_rows_taken,
                reasons,
                cells: legend.tallies.iter().filter(|tally| tally.rule == place).filter_map(CellCount::none).collect(),
                checks: legend.checks.iter().filter(|check| check.rule == place).map(CheckCount::none).collect(),
            });
            left -= n_rows_taken;
        }
        Self {
            n_rows_in,
            n_rows_out: left,
            n_rows_quarantined: n_rows_in - left,
            rules,
            renamed: legend.renamed.clone(),
        }
    }

    /// Adds the report of other rows that went through the same rules, such as those of
    /// another file.
    ///
    /// # Errors
    /// `Unusable` when the rules, their reasons or their checks differ.
    pub fn merge(mut self, other: &Self) -> Result<Self> {
        let alike = self.rules.len() == other.rules.len()
            && self.rules.iter().zip(&other.rules).all(|(mine, theirs)| mine.is_of_rule(theirs));
        if !alike {
            let reason =
                format!("reports of {} and {} rule(s) are not of the same rules", self.rules.len(), other.rules.len());
            return Err(Error::Unusable { analysis: CLEANING, reason });
        }
        self.add(other);
        self.renamed.extend(other.renamed.clone());
        Ok(self)
    }

    /// The report, unless a rule went beyond the share of rows it was allowed.
    pub(crate) fn within(self, limits: &[Limit]) -> Result<Self> {
        for limit in limits {
            let rule = &self.rules[limit.rule];
            // A row that was taken is not spared, so that none counts twice.
            let (n_failed, of_check) = match limit.check.and_then(|place| rule.checks.get(place)) {
                Some(check) => (check.n_failed, format!("check `{}` of ", check.check)),
                None => (rule.n_rows_taken + rule.n_rows_spared, String::new()),
            };
            // As a share: 0.29 times 100 rows is a little less than 29.
            if n_failed > 0 && n_failed as f64 / rule.n_rows_in as f64 > limit.most {
                let (number, name, n_rows, most) = (rule.number, rule.rule, rule.n_rows_in, limit.most);
                let reason = format!(
                    "{of_check}rule {number} `{name}` failed {n_failed} of {n_rows} row(s), more than the share {most} \
                     it was allowed{}; {}",
                    rule.why(),
                    limit.remedy
                );
                return Err(Error::Unusable { analysis: CLEANING, reason });
            }
        }
        Ok(self)
    }

    /// Adds the report of other rows that went through the same rules.
    pub(crate) fn add(&mut self, other: &Self) {
        self.n_rows_in += other.n_rows_in;
        self.n_rows_out += other.n_rows_out;
        self.n_rows_quarantined += other.n_rows_quarantined;
        for (mine, theirs) in self.rules.iter_mut().zip(&other.rules) {
            mine.add(theirs);
        }
    }
}

impl ReasonCount {
    fn new(reason: &str, n_rows: u64) -> Self {
        Self { reason: reason.to_owned(), n_rows, shapes: BTreeMap::new() }
    }
}

impl CellCount {
    /// No cells yet of the tally, if it counts cells.
    fn none(tally: &Tally) -> Option<Self> {
        let Counted::Cells(CellEvent { column, what, is_change }) = tally.counted.clone() else { return None };
        Some(Self { column, what, is_change, n_cells: 0, shapes: BTreeMap::new() })
    }
}

impl RuleReport {
    /// Counts what a helper column flagged; shapes are worked out where they are asked for.
    fn count(
        &mut self,
        tally: &Tally,
        n: u64,
        shapes: impl FnOnce(u64) -> Result<BTreeMap<String, u64>>,
    ) -> Result<()> {
        match &tally.counted {
            Counted::Spared => self.n_rows_spared += n,
            Counted::Unjudged => self.n_rows_unjudged += n,
            Counted::Cells(event) => {
                self.n_cells_changed += if event.is_change { n } else { 0 };
                let same = |cell: &&mut CellCount| cell.column == event.column && cell.what == event.what;
                if let Some(cell) = self.cells.iter_mut().find(same) {
                    cell.n_cells += n;
                    add_shapes(&mut cell.shapes, &shapes(n)?);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, other: &Self) {
        self.n_rows_in += other.n_rows_in;
        self.n_rows_taken += other.n_rows_taken;
        self.n_rows_spared += other.n_rows_spared;
        self.n_rows_unjudged += other.n_rows_unjudged;
        self.n_cells_changed += other.n_cells_changed;
        self.n_rows_out += other.n_rows_out;
        for (mine, theirs) in self.reasons.iter_mut().zip(&other.reasons) {
            mine.n_rows += theirs.n_rows;
            add_shapes(&mut mine.shapes, &theirs.shapes);
        }
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            mine.n_cells += theirs.n_cells;
            add_shapes(&mut mine.shapes, &theirs.shapes);
        }
        for (mine, theirs) in self.checks.iter_mut().zip(&other.checks) {
            mine.add(theirs);
        }
    }

    /// Whether both reports can be of one rule: the same reasons, cells and checks.
    fn is_of_rule(&self, other: &Self) -> bool {
        let reasons = |rule: &Self| rule.reasons.iter().map(|count| count.reason.clone()).collect::<Vec<_>>();
        let cells =
            |rule: &Self| rule.cells.iter().map(|cell| (cell.column.clone(), cell.what.clone())).collect::<Vec<_>>();
        let checks =
            |rule: &Self| rule.checks.iter().map(|check| (check.check.clone(), check.on_failure)).collect::<Vec<_>>();
        self.rule == other.rule
            && reasons(self) == reasons(other)
            && cells(self) == cells(other)
            && checks(self) == checks(other)
    }

    /// What a check counted, by its name.
    #[must_use]
    pub fn check(&self, name: &str) -> Option<&CheckCount> {
        self.checks.iter().find(|check| check.check == name)
    }

    /// The first reasons for which rows were taken, in brackets, with their counts.
    fn why(&self) -> String {
        const SHOWN: usize = 3;
        let taken = self.reasons.iter().filter(|count| count.n_rows > 0);
        let shown: Vec<String> = taken.take(SHOWN).map(|count| format!("{}: {}", count.reason, count.n_rows)).collect();
        if shown.is_empty() { String::new() } else { format!(" ({})", shown.join(", ")) }
    }

    /// Cells of one column to which one thing happened; 0 where the rule did no such thing.
    #[must_use]
    pub fn n_cells(&self, column: &str, what: &str) -> u64 {
        let of_kind = self.cells.iter().filter(|cell| cell.column == column && cell.what == what);
        of_kind.map(|cell| cell.n_cells).sum()
    }

    /// The counts in the order of the table's columns.
    pub(crate) fn counts(&self) -> [u64; 6] {
        [
            self.n_rows_in,
            self.n_rows_taken,
            self.n_rows_spared,
            self.n_rows_unjudged,
            self.n_cells_changed,
            self.n_rows_out,
        ]
    }
}

/// How many rows carry each reason code.
fn taken_by_reason(codes: &UInt32Chunked, n_reasons: usize) -> Vec<u64> {
    let mut taken = vec![0; n_reasons];
    if codes.null_count() < codes.len() {
        codes.iter().flatten().for_each(|code| taken[code as usize] += 1);
    }
    taken
}

pub(crate) fn add_shapes(mine: &mut BTreeMap<String, u64>, theirs: &BTreeMap<String, u64>) {
    for (shape, n) in theirs {
        *mine.entry(shape.clone()).or_default() += n;
    }
}

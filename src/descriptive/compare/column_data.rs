//! A column as the tests take it, segment by segment.

use super::categories::{outcome_findings, table_findings};
use super::comparison::{ColumnKind, SegmentSummary};
use super::findings::Findings;
use super::numbers::number_findings;
use super::params::Compare;
use super::test_name::TestName;
use crate::kernel::association::contingency::ContingencyTable;
use crate::kernel::hypothesis::Outcomes;
use crate::kernel::undefined::Undefined;

/// What the tests of a column take.
pub(super) enum ColumnData {
    /// The finite values of each segment, ascending.
    Numbers(Vec<Vec<f64>>),
    /// How often each segment has the event.
    Outcomes(Vec<Outcomes>),
    /// Segments that are tested by levels; a code of a row is the place of the segment.
    Table(Result<ContingencyTable, Undefined>),
}

/// A column that was read.
pub(super) struct ColumnParts {
    pub(super) event: Option<String>,
    pub(super) n_levels: Option<u64>,
    pub(super) n_rounded: Option<u64>,
    pub(super) summaries: Vec<SegmentSummary>,
    pub(super) data: ColumnData,
}

impl ColumnParts {
    pub(super) fn kind(&self) -> ColumnKind {
        match self.data {
            ColumnData::Numbers(_) => ColumnKind::Numeric,
            ColumnData::Outcomes(_) => ColumnKind::Binary,
            ColumnData::Table(_) => ColumnKind::Categorical,
        }
    }

    /// The tests of some segments; two are in the order in which one is taken from the other.
    pub(super) fn compare(&self, settings: &Compare, tests: &[TestName], members: &[usize]) -> Findings {
        let is_tested = |segment: &usize| self.summaries[*segment].left_out.is_none();
        let tested: Vec<usize> = members.iter().copied().filter(is_tested).collect();
        if tested.len() < 2 {
            let too_few = members.iter().find_map(|&segment| self.summaries[segment].left_out.clone());
            let nobody = Undefined::TooFew { n: 0, needed: 2 };
            let otherwise = if members.is_empty() { nobody } else { Undefined::OneGroup };
            return Findings::none(tests, &too_few.unwrap_or(otherwise));
        }
        match &self.data {
            ColumnData::Numbers(values) => {
                let groups: Vec<&[f64]> = tested.iter().map(|&segment| values[segment].as_slice()).collect();
                number_findings(tests, &groups, settings.conf_level())
            }
            ColumnData::Outcomes(outcomes) => {
                let groups: Vec<Outcomes> = tested.iter().map(|&segment| outcomes[segment]).collect();
                outcome_findings(tests, &groups, settings.conf_level())
            }
            ColumnData::Table(table) => table_findings(tests, table.as_ref(), &tested),
        }
    }
}

/// Why a segment with so many values stays out of the tests.
pub(super) fn left_out(settings: &Compare, n: u64) -> Option<Undefined> {
    let needed = settings.min_rows();
    (n < needed).then_some(Undefined::TooFew { n, needed })
}

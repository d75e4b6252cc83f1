//! The columns that a table adds to a profile.

use std::cmp::Reverse;
use std::ops::Range;

use polars::prelude::*;

use super::exact_totals::{Numbers, Total, total_of};
use super::order_codes::{Coded, times};
use super::picking::{by_value, highest, n_distinct};
use super::profile_report::TableReport;
use super::profile_rules::{Figure, Latest, Limit, PROFILE, Repeated};
use super::profile_table::TableRows;
use crate::error::{Error, Result};

impl TableRows {
    /// Rows of every customer; none where it has no run.
    fn of_customers(&self) -> impl Iterator<Item = Range<usize>> {
        self.run_of.iter().map(|run| run.map_or(0..0, |run| self.runs.rows(run)))
    }

    /// One column of an aggregate.
    pub(super) fn figure(&self, figure: &Figure, values: Option<&Coded>) -> Result<Series> {
        let Some(values) = values else {
            let counts: Vec<u32> = self.of_customers().map(|rows| rows.len() as u32).collect();
            return Ok(Series::new(PlSmallStr::EMPTY, counts));
        };
        let codes = &values.codes;
        let mut known = Vec::new();
        let rows: Vec<Option<usize>> = match figure {
            Figure::Count | Figure::NDistinct { .. } => {
                let count = |rows| n_distinct(rows, codes, &mut known) as u32;
                return Ok(Series::new(PlSmallStr::EMPTY, self.of_customers().map(count).collect::<Vec<_>>()));
            }
            Figure::Sum { of } => {
                let numbers = Numbers::of(PROFILE, &values.compared)?;
                return numbers.series(self.totals(&numbers, codes, of)?);
            }
            Figure::Mean { of } => return self.means(values, of),
            Figure::First { .. } => {
                let rank = |row: usize| Reverse((self.times[row], codes[row]));
                self.of_customers().map(|rows| highest(rows, codes, rank)).collect()
            }
            Figure::Last { .. } => {
                let rank = |row: usize| (self.times[row], Reverse(codes[row]));
                self.of_customers().map(|rows| highest(rows, codes, rank)).collect()
            }
            Figure::Smallest { .. } => {
                self.of_customers().map(|rows| highest(rows, codes, |row| Reverse(codes[row]))).collect()
            }
            Figure::Largest { .. } => self.of_customers().map(|rows| highest(rows, codes, |row| codes[row])).collect(),
            Figure::MostFrequent { .. } => {
                let frequent = |rows| {
                    by_value(rows, codes, &mut known);
                    let runs = known.chunk_by(|a, b| a.0 == b.0);
                    runs.max_by_key(|run| (run.len(), Reverse(run[0].0))).map(|run| run[0].1)
                };
                self.of_customers().map(frequent).collect()
            }
        };
        taken(values, &rows)
    }

    fn totals(&self, numbers: &Numbers, codes: &[u32], column: &str) -> Result<Vec<Option<Total>>> {
        self.of_customers().map(|rows| total_of(PROFILE, numbers, rows, codes, column)).collect()
    }

    fn means(&self, values: &Coded, column: &str) -> Result<Series> {
        let numbers = Numbers::of(PROFILE, &values.compared)?;
        let totals = self.totals(&numbers, &values.codes, column)?;
        let mean = |(total, rows): (Option<Total>, Range<usize>)| {
            let n = values.codes[rows].iter().filter(|&&code| code > 0).count() as u64;
            match total? {
                Total::Whole(sum) => Some(sum as f64 / n as f64),
                Total::Money(sum) => sum.mean(n).map(crate::kernel::money::Money::to_f64),
            }
        };
        let means: Vec<Option<f64>> = totals.into_iter().zip(self.of_customers()).map(mean).collect();
        Ok(Series::new(PlSmallStr::EMPTY, means))
    }

    /// Orders two rows by the values taken, column by column.
    fn by_values(&self, a: usize, b: usize) -> std::cmp::Ordering {
        let codes = self.values.iter().flatten().map(|values| values.codes[a].cmp(&values.codes[b]));
        codes.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    }

    /// The columns of the latest row.
    pub(super) fn latest(&self, rule: &Latest, customers: &DataFrame, report: &mut TableReport) -> Result<Vec<Series>> {
        let limits = match &rule.limit {
            Some(Limit { column, .. }) => Some(times(PROFILE, customers, column)?),
            None => None,
        };
        let is_inclusive = rule.limit.as_ref().is_none_or(|limit| limit.is_inclusive);
        let within = |customer: usize, row: usize| match &limits {
            None => true,
            Some(limits) => limits[customer].is_some_and(|limit| {
                let time = self.times[row];
                time < limit || (is_inclusive && time == limit)
            }),
        };
        let mut rows = Vec::with_capacity(self.run_of.len());
        for (customer, run) in self.of_customers().enumerate() {
            let (n, mut n_within, mut n_at_latest) = (run.len() as u64, 0, 0_u64);
            let mut best: Option<usize> = None;
            for row in run.filter(|&row| within(customer, row)) {
                n_within += 1;
                let order = best.map(|best| self.times[row].cmp(&self.times[best]));
                match order {
                    None | Some(std::cmp::Ordering::Greater) => (best, n_at_latest) = (Some(row), 1),
                    Some(std::cmp::Ordering::Less) => {}
                    Some(std::cmp::Ordering::Equal) => {
                        n_at_latest += 1;
                        best = best.map(|best| if self.by_values(row, best).is_gt() { row } else { best });
                    }
                }
            }
            report.n_rows_later += n - n_within;
            report.n_rows_matched -= n - n_within;
            report.n_rows_repeated += n_at_latest.saturating_sub(1);
            rows.push(best);
        }
        self.taken(&rows, report)
    }

    /// The columns of the one row.
    pub(super) fn attached(&self, repeated: Repeated, report: &mut TableReport) -> Result<Vec<Series>> {
        let n_repeated: usize = self.of_customers().map(|rows| rows.len().saturating_sub(1)).sum();
        report.n_rows_repeated = n_repeated as u64;
        if n_repeated > 0 && repeated == Repeated::Refuse {
            let reason = format!(
                "table `{}` has {n_repeated} row(s) that repeat a customer; choose `Repeated::MostComplete`, take the \
                 `Latest`, or aggregate them",
                report.table
            );
            return Err(Error::Unusable { analysis: PROFILE, reason });
        }
        let known = |row: usize| self.values.iter().flatten().filter(|values| values.codes[row] > 0).count();
        let best = |rows: Range<usize>| {
            rows.max_by(|&a, &b| known(a).cmp(&known(b)).then_with(|| self.by_values(a, b)).then_with(|| b.cmp(&a)))
        };
        let rows: Vec<Option<usize>> = self.of_customers().map(best).collect();
        self.taken(&rows, report)
    }

    /// The values of the rows, and how many customers have one.
    fn taken(&self, rows: &[Option<usize>], report: &mut TableReport) -> Result<Vec<Series>> {
        report.n_customers_matched = rows.iter().flatten().count() as u64;
        self.values.iter().flatten().map(|values| taken(values, rows)).collect()
    }

    /// How many customers have a row.
    pub(super) fn n_customers(&self) -> u64 {
        self.run_of.iter().flatten().count() as u64
    }
}

fn taken(values: &Coded, rows: &[Option<usize>]) -> Result<Series> {
    let rows = IdxCa::from_iter(rows.iter().map(|row| row.map(|row| row as IdxSize)));
    values.compared.take(&rows).map_err(Error::query(PROFILE))
}

//! Cramér's V and the correlation ratio over columns of categories.

use std::borrow::Cow;

use rayon::prelude::*;

use super::columns::Column;
use super::method::{Coefficient, ColumnKind};
use super::rows::{and, has, rows_of};
use super::state::{Found, Job};
use super::weighted_ratio::weighted_ratio;
use super::weights::RowWeights;
use crate::frame::codes::NO_CODE;
use crate::kernel::association::contingency::ContingencyTable;
use crate::kernel::association::correlation_ratio;
use crate::kernel::association::cramer::association;
use crate::kernel::distribution::fisher_f;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

type Outcome = Result<Found, Undefined>;

/// Cramér's V with Pearson's chi-squared test.
pub(super) fn cramers_v(jobs: &[Job], columns: &[Column<'_>], weights: Option<&RowWeights>) -> Vec<Outcome> {
    let of = |job: &Job| -> Outcome {
        let (x, y) = (&columns[job.x], &columns[job.y]);
        let table = match weights {
            None => ContingencyTable::of(&x.codes, &y.codes)?,
            Some(weights) => weighted_table(job, x, y, weights)?,
        };
        let found = association(&table)?;
        let corrected = || {
            let needed = found.n_rows.max(found.n_columns) + 1;
            found.cramers_v_bias_corrected.ok_or(Undefined::TooFew { n: job.size.n_test, needed })
        };
        let estimate = if job.coefficient == Coefficient::CramersVCorrected { corrected()? } else { found.cramers_v };
        Ok(Found {
            estimate,
            statistic: Some(found.chi_squared),
            df: Some(found.df),
            df_denominator: None,
            p_value: Some(found.p_value),
        })
    };
    jobs.par_iter().map(of).collect()
}

/// A table of weights; those of sampling sum to what their rows are worth.
fn weighted_table(
    job: &Job,
    x: &Column<'_>,
    y: &Column<'_>,
    weights: &RowWeights,
) -> Result<ContingencyTable, Undefined> {
    match weights.kind {
        WeightKind::Sampling => {
            let unit = job.size.n_effective.unwrap_or_default() / weights.sum_over(x, y);
            let scaled: Vec<f64> = weights.values.iter().map(|weight| weight * unit).collect();
            ContingencyTable::weighted(&x.codes, &y.codes, &scaled)
        }
        WeightKind::Frequency => ContingencyTable::weighted(&x.codes, &y.codes, &weights.values),
    }
}

/// The correlation ratio eta with the F test of a one-way analysis of variance.
pub(super) fn correlation_ratio(jobs: &[Job], columns: &[Column<'_>], weights: Option<&RowWeights>) -> Vec<Outcome> {
    let of = |job: &Job| -> Outcome {
        let (x, y) = (&columns[job.x], &columns[job.y]);
        let (groups, numbers) = if x.about.kind == ColumnKind::Categorical { (x, y) } else { (y, x) };
        match weights {
            None => plain_ratio(groups, numbers),
            Some(weights) => {
                let rows = rows_of(groups.codes.len(), and(groups.used.as_deref(), numbers.used.as_deref()).as_deref());
                let values = numbers.masked().values;
                let row = |&row: &usize| (groups.codes[row], values[row], weights.values[row]);
                let found = weighted_ratio(rows.iter().map(row).collect())?;
                tested(found.eta_squared, found.n_groups, job.size.n_test)
            }
        }
    };
    jobs.par_iter().map(of).collect()
}

fn plain_ratio(groups: &Column<'_>, numbers: &Column<'_>) -> Outcome {
    let column = numbers.masked();
    let codes = match column.valid {
        None => Cow::Borrowed(&groups.codes[..]),
        Some(_) => {
            let code = |(row, &code): (usize, &u32)| if has(column.valid, row) { code } else { NO_CODE };
            Cow::Owned(groups.codes.iter().enumerate().map(code).collect())
        }
    };
    let found = correlation_ratio::correlation_ratio(column.values, &codes)?;
    Ok(Found {
        estimate: found.eta,
        statistic: found.anova.f,
        df: Some(found.anova.df_between),
        df_denominator: Some(found.anova.df_within),
        p_value: Some(found.anova.p_value),
    })
}

/// The F test of a share of squares between groups.
fn tested(eta_squared: f64, n_groups: u64, n: u64) -> Outcome {
    let df_within = n.checked_sub(n_groups).filter(|&df| df > 0);
    let df_within = df_within.ok_or(Undefined::TooFew { n, needed: n_groups + 1 })?;
    let df = n_groups - 1;
    let f = eta_squared / df as f64 / ((1.0 - eta_squared) / df_within as f64);
    Ok(Found {
        estimate: eta_squared.sqrt(),
        statistic: Some(f).filter(|f| f.is_finite()),
        df: Some(df),
        df_denominator: Some(df_within),
        p_value: Some(fisher_f::upper_tail(f, df as f64, df_within as f64)?),
    })
}

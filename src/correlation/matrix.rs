//! What a correlation gives: every pair, and the matrix of them.

use std::collections::BTreeMap;

use polars::prelude::*;
use serde::Serialize;

use super::method::{Coefficient, ColumnKind, Control, IntervalMethod, LeftOut, Method, Missing, NoInterval};
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

/// A column that is correlated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CorrelatedColumn {
    /// Name of the column.
    pub column: String,
    /// Type of the column.
    pub dtype: String,
    /// What it is correlated as.
    pub kind: ColumnKind,
    /// Its categories; none for numbers.
    pub n_levels: Option<u64>,
    /// Cells that are null, and for categories NaN too.
    pub n_null: u64,
    /// Numbers that are NaN or infinite.
    pub n_not_finite: u64,
    /// Whole numbers beyond 2^53 that were rounded to the nearest double.
    pub n_rounded: u64,
    /// Whether the rows that are used have more than one value.
    pub varies: bool,
}

/// A column that is not correlated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOutColumn {
    /// Name of the column.
    pub column: String,
    /// Why.
    pub reason: LeftOut,
}

/// The association of two columns.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Pair {
    /// The one column.
    pub x: String,
    /// The other; the target where there is one.
    pub y: String,
    /// What the estimate is.
    pub coefficient: Coefficient,
    /// The coefficient: in -1..=1, or in 0..=1 for Cramér's V and the correlation ratio.
    pub estimate: Option<f64>,
    /// Why there is no estimate.
    pub undefined: Option<Undefined>,
    /// Rows of the pair; with frequency weights their sum.
    pub n: u64,
    /// With sampling weights: how many equally weighted rows they are worth (Kish).
    pub n_effective: Option<f64>,
    /// Rows left out as a cell that is looked at is null: of the two columns, of those held
    /// fixed, and by listwise deletion of any column.
    pub n_missing: u64,
    /// Further rows left out as such a cell is NaN or infinite.
    pub n_not_finite: u64,
    /// Student's t, for Kendall z, for Cramér's V chi-squared, for the correlation ratio F;
    /// none where it is infinite, as for a perfect correlation.
    pub statistic: Option<f64>,
    /// Its degrees of freedom; of F those of the numerator.
    pub df: Option<u64>,
    /// Degrees of freedom of the denominator of F.
    pub df_denominator: Option<u64>,
    /// The chance of a statistic as far from 0 without association: two-sided.
    pub p_value: Option<PValue>,
    /// The p-value adjusted for the number of pairs, if the settings ask for it.
    pub p_adjusted: Option<PValue>,
    /// Lower end of the interval.
    pub conf_low: Option<f64>,
    /// Upper end of the interval.
    pub conf_high: Option<f64>,
    /// How the interval was made.
    pub interval: Option<IntervalMethod>,
    /// Why an estimate has no interval.
    pub no_interval: Option<NoInterval>,
}

impl Pair {
    /// The part of its variance, 0..=1, that each of the two columns has in common with the other: the square
    /// of Pearson's r in all its forms, and of the correlation ratio. Coefficients of ranks and
    /// Cramér's V have none.
    #[must_use]
    pub fn shared_variance(&self) -> Option<f64> {
        use Coefficient::{CorrelationRatio, PartialPearson, Pearson, Phi, PointBiserial, SemiPartialPearson};
        let is_of_variance = matches!(
            self.coefficient,
            Pearson | PointBiserial | Phi | CorrelationRatio | PartialPearson | SemiPartialPearson
        );
        self.estimate.filter(|_| is_of_variance).map(|estimate| estimate * estimate)
    }
}

/// Correlations of the columns of a table: tidy pairs, a matrix, and a table to read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CorrelationMatrix {
    /// Rows of the table.
    pub n_rows: u64,
    /// Rows that were left out because their weight is missing.
    pub n_rows_without_weight: u64,
    /// Rows that were left out because their weight is 0.
    pub n_rows_of_zero_weight: u64,
    /// What was correlated by.
    pub method: Method,
    /// Which rows a pair was correlated over.
    pub missing: Missing,
    /// What the weights stand for, if there are any.
    pub weights: Option<WeightKind>,
    /// Columns that were held fixed.
    pub given: Vec<String>,
    /// What was done with them.
    pub control: Option<Control>,
    /// The column that the others were correlated with; none for every pair.
    pub target: Option<String>,
    /// How sure the intervals are.
    pub conf_level: f64,
    /// How p-values were adjusted.
    pub multiplicity: Multiplicity,
    /// Columns that were correlated, in their order.
    pub columns: Vec<CorrelatedColumn>,
    /// Columns that were not, and why.
    pub left_out: Vec<LeftOutColumn>,
    /// Every pair, (1, 2), (1, 3) ... (2, 3) ...; with a target each column with it.
    pub pairs: Vec<Pair>,
}

impl CorrelationMatrix {
    /// The pair of two columns, in either order.
    #[must_use]
    pub fn pair(&self, a: &str, b: &str) -> Option<&Pair> {
        self.pairs.iter().find(|pair| (pair.x == a && pair.y == b) || (pair.x == b && pair.y == a))
    }

    /// Pairs that have an estimate, the strongest first; of equally strong ones the first.
    #[must_use]
    pub fn strongest(&self) -> Vec<&Pair> {
        let size = |pair: &Pair| pair.estimate.unwrap_or_default().abs();
        let mut pairs: Vec<&Pair> = self.pairs.iter().filter(|pair| pair.estimate.is_some()).collect();
        pairs.sort_by(|a, b| size(b).total_cmp(&size(a)));
        pairs
    }

    /// Estimates as a square: a first column `column` with the names, then one column for each;
    /// with a target one row for each other column, and the target as the only column.
    ///
    /// A column with itself is 1, or null where it is constant. A pair without an estimate is
    /// null. Should a column of the data be named `column`, the first one is `column_`.
    #[must_use]
    pub fn matrix(&self) -> DataFrame {
        let is_target = |column: &&CorrelatedColumn| self.target.as_ref() == Some(&column.column);
        let rows: Vec<&CorrelatedColumn> = self.columns.iter().filter(|column| !is_target(column)).collect();
        let across: Vec<&CorrelatedColumn> =
            if self.target.is_some() { self.columns.iter().filter(is_target).collect() } else { rows.clone() };
        let mut head = columns::COLUMN.to_owned();
        while across.iter().any(|column| column.column == head) {
            head.push('_');
        }
        let estimates = self.estimates();
        let mut all = vec![Series::new(head.into(), rows.iter().map(|row| row.column.as_str()).collect::<Vec<_>>())];
        for column in across {
            let cell = |row: &&CorrelatedColumn| {
                if row.column == column.column {
                    return row.varies.then_some(1.0);
                }
                let (a, b) = (row.column.as_str(), column.column.as_str());
                estimates.get(&(a.min(b), a.max(b))).copied()
            };
            all.push(Series::new(column.column.as_str().into(), rows.iter().map(cell).collect::<Vec<Option<f64>>>()));
        }
        frame_of(all)
    }

    /// Estimates by their two names in order.
    fn estimates(&self) -> BTreeMap<(&str, &str), f64> {
        let mut estimates = BTreeMap::new();
        for pair in &self.pairs {
            let (x, y) = (pair.x.as_str(), pair.y.as_str());
            if let Some(estimate) = pair.estimate {
                estimates.insert((x.min(y), x.max(y)), estimate);
            }
        }
        estimates
    }
}

/// A logarithm that a frame can hold: none for a p-value of nought.
fn log10(p: Option<PValue>) -> Option<f64> {
    p.map(PValue::log10).filter(|log10| log10.is_finite())
}

impl ToDataFrame for CorrelationMatrix {
    /// One row for each pair. Of a perfect correlation `p_value` is 0 and `log10_p` null.
    fn to_dataframe(&self) -> DataFrame {
        let texts = |name: &str, of: &dyn Fn(&Pair) -> Option<String>| {
            Series::new(name.into(), self.pairs.iter().map(of).collect::<Vec<_>>())
        };
        let counts = |name: &str, of: fn(&Pair) -> Option<u64>| {
            Series::new(name.into(), self.pairs.iter().map(of).collect::<Vec<_>>())
        };
        let numbers = |name: &str, of: fn(&Pair) -> Option<f64>| {
            Series::new(name.into(), self.pairs.iter().map(of).collect::<Vec<_>>())
        };
        frame_of(vec![
            texts(columns::PAIR_X, &|pair| Some(pair.x.clone())),
            texts(columns::PAIR_Y, &|pair| Some(pair.y.clone())),
            texts(columns::METHOD, &|pair| Some(pair.coefficient.name().to_owned())),
            numbers(columns::ESTIMATE, |pair| pair.estimate),
            texts(columns::UNDEFINED, &|pair| pair.undefined.as_ref().map(ToString::to_string)),
            counts(columns::N, |pair| Some(pair.n)),
            numbers(columns::N_EFFECTIVE, |pair| pair.n_effective),
            counts(columns::N_MISSING, |pair| Some(pair.n_missing)),
            counts(columns::N_NOT_FINITE, |pair| Some(pair.n_not_finite)),
            numbers(columns::STATISTIC, |pair| pair.statistic),
            counts(columns::DF, |pair| pair.df),
            counts(columns::DF_DENOMINATOR, |pair| pair.df_denominator),
            numbers(columns::P_VALUE, |pair| pair.p_value.map(PValue::value)),
            numbers(columns::LOG10_P, |pair| log10(pair.p_value)),
            numbers(columns::P_ADJUSTED, |pair| pair.p_adjusted.map(PValue::value)),
            numbers(columns::LOG10_P_ADJUSTED, |pair| log10(pair.p_adjusted)),
            numbers(columns::CONF_LOW, |pair| pair.conf_low),
            numbers(columns::CONF_HIGH, |pair| pair.conf_high),
            texts(columns::INTERVAL, &|pair| pair.interval.map(|method| method.name().to_owned())),
            texts(columns::NO_INTERVAL, &|pair| pair.no_interval.as_ref().map(ToString::to_string)),
        ])
    }
}

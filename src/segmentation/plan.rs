//! The value score as an analysis.

use polars::prelude::LazyFrame;

use super::measures::{CustomerMeasures, Windowed, summaries};
use super::model::ValueModel;
use super::params::{TieRule, ValueScore};
use super::scores::ValueScores;
use super::thresholds::{Cells, apply, fit, score_first_by_id};
use crate::activity::{Activity, ActivityReading, read};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;

impl Analysis for ValueScore {
    type Input = TransactionLog;
    type Reduced = Vec<ActivityReading>;
    type Output = ValueScores;
    const NAME: &'static str = "value_score";

    /// The columns that all windows and counts of the dimensions need.
    fn plan(&self, log: &TransactionLog) -> Result<LazyFrame> {
        let summaries = summaries(&self.0)?;
        let counting = summaries.iter().find(|summary| summary.of.params().counts_orders());
        match counting.or(summaries.first()) {
            Some(summary) => summary.of.plan(log),
            None => Err(Error::Unusable {
                analysis: Self::NAME,
                reason: "no dimension is measured in the transactions; score the measures instead".to_owned(),
            }),
        }
    }

    /// Fills one summary per window and purchase unit, all in one pass.
    fn reduce(&self, plan: LazyFrame) -> Result<Vec<ActivityReading>> {
        let summaries = summaries(&self.0)?;
        read(&summaries.iter().map(|summary| &summary.of).collect::<Vec<&Activity>>(), plan)
    }

    fn finish(&self, readings: Vec<ActivityReading>) -> Result<ValueScores> {
        self.score(&self.measures_of(readings)?)
    }
}

impl ValueScore {
    /// Reads the log once and takes every measure the dimensions ask for; own dimensions
    /// are left to [`CustomerMeasures::join`].
    ///
    /// # Errors
    /// Those of the three steps of [`Analysis`].
    pub fn measure(&self, log: &TransactionLog) -> Result<CustomerMeasures> {
        self.measures_of(self.reduce(self.plan(log)?)?)
    }

    fn measures_of(&self, readings: Vec<ActivityReading>) -> Result<CustomerMeasures> {
        let summaries = summaries(&self.0)?;
        let tables = summaries.iter().zip(readings).map(|(summary, reading)| Ok(summary.with(summary.of.finish(reading)?)));
        let tables: Vec<Windowed<_>> = tables.collect::<Result<_>>()?;
        CustomerMeasures::from_tables(&self.0.dimensions, &tables)
    }

    /// Scores measures that are at hand.
    ///
    /// # Errors
    /// `Unusable` when a dimension has no measure, or no customer has all of them.
    pub fn score(&self, measures: &CustomerMeasures) -> Result<ValueScores> {
        let values = complete_values(&self.0.dimensions, measures)?;
        let mut scores: Vec<Vec<u8>> = Vec::new();
        let mut thresholds = Vec::new();
        for (dimension, values) in self.0.dimensions.iter().zip(&values) {
            let n_bins = dimension.bins(self.0.n_bins);
            let cells = self.cells(&scores);
            let fitted = fit(dimension, n_bins, self.0.ties, values, &cells);
            scores.push(match &fitted {
                Some(fitted) => apply(fitted, values, &cells),
                None => score_first_by_id(dimension, n_bins, values, &cells),
            });
            thresholds.extend(fitted);
        }
        let n_scored = n_with_all(&values);
        let model = (self.0.ties != TieRule::FirstById).then(|| ValueModel::new(self.0.clone(), thresholds, n_scored));
        Ok(ValueScores::new(self.0.clone(), measures.clone(), scores, model))
    }

    /// The cells in which the next dimension is scored.
    pub(super) fn cells(&self, scores: &[Vec<u8>]) -> Cells {
        match self.0.scheme {
            super::Scheme::Independent => Cells::One,
            super::Scheme::Nested => Cells::of_scores(scores),
        }
    }
}

/// The values of each dimension; all NaN for a customer who lacks any of them, so that the
/// thresholds are those of the customers who get a score.
pub(super) fn complete_values(
    dimensions: &[super::Dimension],
    measures: &CustomerMeasures,
) -> Result<Vec<Vec<f64>>> {
    let mut values = Vec::with_capacity(dimensions.len());
    for dimension in dimensions {
        let column = dimension.value_column();
        let of_dimension = measures.get(&column).ok_or_else(|| Error::Unusable {
            analysis: ValueScore::NAME,
            reason: format!("dimension `{}` has no measure `{column}`; join it to the measures first", dimension.name()),
        })?;
        values.push(of_dimension.to_vec());
    }
    for customer in 0..measures.n_customers() {
        if values.iter().any(|of_dimension| of_dimension[customer].is_nan()) {
            values.iter_mut().for_each(|of_dimension| of_dimension[customer] = f64::NAN);
        }
    }
    if n_with_all(&values) == 0 {
        let n_customers = measures.n_customers();
        let rows = measures.counts().map_or(String::new(), |counts| {
            format!(" ({} of {} rows read were used)", counts.n_used, counts.n_rows)
        });
        return Err(Error::Unusable {
            analysis: ValueScore::NAME,
            reason: format!("none of {n_customers} customer(s) has every dimension{rows}; nobody can be scored"),
        });
    }
    Ok(values)
}

/// Customers with a number in every dimension, after incomplete ones were blanked.
fn n_with_all(values: &[Vec<f64>]) -> usize {
    values.first().map_or(0, |first| first.iter().filter(|value| !value.is_nan()).count())
}

//! The value score as an analysis.

use std::borrow::Cow;

use polars::prelude::LazyFrame;

use super::dimension::{Dimension, Measure, PurchaseUnit};
use super::measures::{CustomerMeasures, Windowed, summaries};
use super::model::ValueModel;
use super::params::{Scheme, TieRule, ValueScore};
use super::scores::ValueScores;
use super::thresholds::{Cells, apply, fit, score_first_by_id};
use crate::activity::{Activity, ActivityReading, ActivityTable, read};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;
use crate::frame::columns::ORDER;

impl Analysis for ValueScore {
    type Input = TransactionLog;
    type Reduced = Vec<ActivityReading>;
    type Output = ValueScores;
    const NAME: &'static str = "value_score";

    /// The columns that all windows and counts of the dimensions need.
    fn plan(&self, log: &TransactionLog) -> Result<LazyFrame> {
        let counts_orders = |dimension: &Dimension| {
            dimension.measure.and_then(Measure::unit).is_some_and(|unit| unit == PurchaseUnit::Order)
        };
        if self.0.dimensions.iter().any(counts_orders) && !log.has(ORDER) {
            let expected = "`line`, `day`, `week` or `month` for a log without the role `order`";
            return Err(Error::param(Self::NAME, "frequency", expected, "order"));
        }
        let summaries = summaries(&self.0)?;
        let counting = summaries.iter().find(|summary| summary.of.params().counts_orders());
        match counting.or(summaries.first()) {
            Some(summary) => summary.of.plan(log),
            None => Err(nothing_measured()),
        }
    }

    /// Fills one summary per window and purchase unit, all in one pass.
    fn reduce(&self, plan: LazyFrame) -> Result<Vec<ActivityReading>> {
        let summaries = summaries(&self.0)?;
        read(&summaries.iter().map(|summary| &summary.of).collect::<Vec<&Activity>>(), plan)
    }

    fn finish(&self, readings: Vec<ActivityReading>) -> Result<ValueScores> {
        self.score(&self.measures_of(readings)?.0)
    }
}

fn nothing_measured() -> Error {
    Error::Unusable {
        analysis: ValueScore::NAME,
        reason: "no dimension is measured in the transactions; score the measures instead".to_owned(),
    }
}

impl ValueScore {
    /// Reads the log once and takes every measure the dimensions ask for; own dimensions
    /// are left to [`CustomerMeasures::join`].
    ///
    /// # Errors
    /// Those of the three steps of [`Analysis`].
    pub fn measure(&self, log: &TransactionLog) -> Result<CustomerMeasures> {
        Ok(self.measure_with_activity(log)?.0)
    }

    /// As [`measure`](Self::measure), with the summary that the measures were taken from;
    /// where windows differ, that of the widest. Its customers are those of the measures.
    ///
    /// # Errors
    /// Those of the three steps of [`Analysis`].
    pub fn measure_with_activity(&self, log: &TransactionLog) -> Result<(CustomerMeasures, ActivityTable)> {
        self.measures_of(self.reduce(self.plan(log)?)?)
    }

    fn measures_of(&self, readings: Vec<ActivityReading>) -> Result<(CustomerMeasures, ActivityTable)> {
        let summaries = summaries(&self.0)?;
        let tables =
            summaries.iter().zip(readings).map(|(summary, reading)| Ok(summary.with(summary.of.finish(reading)?)));
        let tables: Vec<Windowed<_>> = tables.collect::<Result<_>>()?;
        let measures = CustomerMeasures::from_tables(&self.0.dimensions, &tables)?;
        let widest = tables.into_iter().next().ok_or_else(nothing_measured)?;
        Ok((measures, widest.of))
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
            Scheme::Independent => Cells::One,
            Scheme::Nested => Cells::of_scores(scores),
        }
    }
}

/// The values of each dimension; all NaN for a customer who lacks any of them, so that the
/// thresholds are those of the customers who get a score.
pub(super) fn complete_values<'a>(
    dimensions: &[Dimension],
    measures: &'a CustomerMeasures,
) -> Result<Vec<Cow<'a, [f64]>>> {
    let mut values = Vec::with_capacity(dimensions.len());
    for dimension in dimensions {
        let column = dimension.value_column();
        let of_dimension = measures.get(&column).ok_or_else(|| Error::Unusable {
            analysis: ValueScore::NAME,
            reason: format!(
                "dimension `{}` has no measure `{column}`; join it to the measures first",
                dimension.name()
            ),
        })?;
        values.push(Cow::Borrowed(of_dimension));
    }
    if values.iter().any(|of_dimension| of_dimension.iter().any(|value| value.is_nan())) {
        blank_incomplete(&mut values, measures.n_customers());
    }
    if n_with_all(&values) == 0 {
        let n_customers = measures.n_customers();
        let rows = measures.counts().map_or(String::new(), |counts| {
            let why = [vec![format!("{} of {} rows read were used", counts.n_used, counts.n_rows)], counts.reasons()];
            format!(" ({})", why.concat().join(", "))
        });
        let lacking = dimensions.iter().filter_map(|dimension| {
            let n = measures.get(&dimension.value_column())?.iter().filter(|value| value.is_nan()).count();
            (n > 0).then(|| format!("; {n} without {}", dimension.name()))
        });
        let lacking: String = lacking.collect();
        return Err(Error::Unusable {
            analysis: ValueScore::NAME,
            reason: format!(
                "none of {n_customers} customer(s) has every dimension{rows}{lacking}; nobody can be scored"
            ),
        });
    }
    Ok(values)
}

/// Takes all numbers from customers who lack one.
fn blank_incomplete(values: &mut [Cow<'_, [f64]>], n_customers: usize) {
    let lacks = |customer: &usize| values.iter().any(|of_dimension| of_dimension[*customer].is_nan());
    let incomplete: Vec<usize> = (0..n_customers).filter(lacks).collect();
    for of_dimension in values {
        let of_dimension = of_dimension.to_mut();
        incomplete.iter().for_each(|&customer| of_dimension[customer] = f64::NAN);
    }
}

/// Customers with a number in every dimension, after incomplete ones were blanked.
fn n_with_all(values: &[Cow<'_, [f64]>]) -> usize {
    values.first().map_or(0, |first| first.iter().filter(|value| !value.is_nan()).count())
}

//! The penalty that predicts best, found in folds.

use rayon::prelude::*;
use serde::Serialize;

use super::VALIDATION;
use super::cross_validation::Whole;
use super::result::mean_and_error;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;
use crate::prediction::evaluation::{CrossValidation, Split};
use crate::prediction::regression::{Grid, PathFit, PenaltySearch, RegressionParams, read_outcomes};

/// How well a regression predicts under one penalty.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JudgedPenalty {
    /// The penalty for the whole table.
    pub l2_penalty: f64,
    /// Mean over folds of the mean deviance of the rows that were tested: squared errors of a
    /// linear regression, twice the logarithmic loss of a logistic one.
    pub deviance: f64,
    /// Its standard error over folds; none with a single fold.
    pub std_error: Result<f64, Undefined>,
}

/// Penalties by how well they predict, the largest first.
///
/// # References
///
/// T. Hastie, R. Tibshirani & J. Friedman (2009), The Elements of Statistical Learning, 2nd ed.,
/// section 7.10, for the rule of one standard error: of penalties that cannot be told apart, take
/// the one that makes the simplest model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PenaltyChoice {
    pub(super) regression: RegressionParams,
    pub(super) penalties: Vec<JudgedPenalty>,
    pub(super) best: usize,
    pub(super) one_std_error: usize,
    pub(super) n_folds: u32,
    pub(super) n_judged: u64,
}

impl PenaltyChoice {
    /// The penalties, the largest first.
    #[must_use]
    pub fn penalties(&self) -> &[JudgedPenalty] {
        &self.penalties
    }

    /// The penalty of least deviance; the largest of several.
    #[must_use]
    pub fn best(&self) -> &JudgedPenalty {
        &self.penalties[self.best]
    }

    /// The largest penalty whose deviance is within one standard error of the least; the best one
    /// where there is no standard error.
    #[must_use]
    pub fn one_std_error(&self) -> &JudgedPenalty {
        &self.penalties[self.one_std_error]
    }

    /// Whether the best penalty is the first or the last of several, so that a better one may lie
    /// beyond.
    #[must_use]
    pub fn is_at_an_end(&self) -> bool {
        let n = self.penalties.len();
        n > 1 && (self.best == 0 || self.best == n - 1 && self.best().l2_penalty > 0.0)
    }

    /// Rows that were judged, over all folds.
    #[must_use]
    pub fn n_judged(&self) -> u64 {
        self.n_judged
    }

    /// The regression with the best penalty, to be fitted to the whole table.
    pub fn regression(&self) -> RegressionParams {
        self.regression.clone().l2_penalty(self.best().l2_penalty)
    }

    /// The regression with the largest penalty within one standard error.
    pub fn simplest_regression(&self) -> RegressionParams {
        self.regression.clone().l2_penalty(self.one_std_error().l2_penalty)
    }
}

impl PenaltySearch {
    /// Judges every penalty on rows that the regression has not learned from.
    ///
    /// Each fold learns its own encoding; its rows are held back in proportion to their weight, so
    /// that the penalties are those of the whole table. Folds run in parallel; threads and, where
    /// the table names its customers, the order of the rows change no digit. Rows are judged as
    /// they are, whatever weights the regression learns by.
    ///
    /// # Errors
    /// Those of [`CrossValidation::assign`] and of [`PenaltySearch::fit`] in any fold; `Unusable`
    /// for a fold of which no row is judged; `Numeric` for deviances beyond the largest double.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::prelude::*;
    /// use customer_analytics::prediction::evaluation::CrossValidationParams;
    /// use customer_analytics::prediction::regression::{PenaltySearchParams, RegressionParams};
    ///
    /// let ids: Vec<i64> = (0..60).collect();
    /// let visits: Vec<f64> = ids.iter().map(|id| (id * 7 % 11) as f64).collect();
    /// let spend: Vec<f64> = ids.iter().map(|id| 3.0 + 2.0 * (id * 7 % 11) as f64 + (id % 3) as f64).collect();
    /// let frame = df!("id" => ids, "visits" => visits, "spend" => spend)?;
    /// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().customer_id("id").target("spend"))?;
    /// let search = PenaltySearchParams::new(RegressionParams::linear()).check()?;
    /// let choice = search.cross_validate(&table, &CrossValidationParams::k_fold(5, 7).check()?)?;
    /// let model = choice.regression().fit(&table)?;
    /// // What is as clear as this wants next to no penalty.
    /// assert!((model.coefficients()[1].estimate.unwrap() - 2.0).abs() < 0.1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cross_validate(&self, table: &FeatureTable, folds: &CrossValidation) -> Result<PenaltyChoice> {
        let whole = Whole::read(table, folds)?;
        let grid = Grid::of(self, &whole.whole())?;
        let judge = |split: &Split| {
            let fitted = PathFit::of(self, &whole.part(&split.train)?, Some(&grid))?;
            self.judge(&fitted, &whole, split, grid.penalties.len())
        };
        let judged: Vec<(Vec<f64>, u64)> = whole.folds.splits().par_iter().map(judge).collect::<Result<_>>()?;
        let penalties: Vec<JudgedPenalty> = grid
            .penalties
            .iter()
            .enumerate()
            .map(|(step, &l2_penalty)| {
                let of_folds: Vec<f64> = judged.iter().map(|(deviances, _)| deviances[step]).collect();
                let (deviance, std_error) = mean_and_error(&of_folds);
                Ok(JudgedPenalty { l2_penalty, deviance: deviance.map_err(|reason| beyond(&reason))?, std_error })
            })
            .collect::<Result<_>>()?;
        let (best, one_std_error) = chosen(&penalties);
        Ok(PenaltyChoice {
            regression: self.regression().clone(),
            penalties,
            best,
            one_std_error,
            n_folds: whole.folds.n_folds,
            n_judged: judged.iter().map(|(_, n)| n).sum(),
        })
    }

    /// The mean deviance of the rows that a fold tests under each penalty, and their number.
    fn judge(&self, fitted: &PathFit, whole: &Whole<'_>, split: &Split, n_steps: usize) -> Result<(Vec<f64>, u64)> {
        let params = self.regression();
        let test = whole.rows(&split.test)?;
        let (response, kept) = read_outcomes(params, &test, whole.target, fitted.labels.as_ref())?;
        let mut n_judged = 0;
        let deviances = (0..n_steps).map(|step| {
            let predictors = fitted.predictors(params, &test, step)?;
            let row = |at: usize| kept.as_ref().map_or(at, |kept| kept[at] as usize);
            let pairs = response.iter().enumerate().filter_map(|(at, &came)| Some((came, predictors[row(at)]?)));
            let deviances: Vec<f64> =
                pairs.map(|(came, predictor)| params.family().unit_deviance(came, predictor)).collect();
            n_judged = deviances.len() as u64;
            if deviances.is_empty() {
                let reason = format!("no row of fold {} can be judged; take fewer folds", split.fold);
                return Err(Error::Unusable { analysis: VALIDATION, reason });
            }
            let mean = ExactSum::of(&deviances).quotient(deviances.len() as f64);
            mean.ok_or_else(|| beyond(&Undefined::Overflow))
        });
        let deviances = deviances.collect::<Result<Vec<f64>>>()?;
        Ok((deviances, n_judged))
    }
}

fn beyond(reason: &Undefined) -> Error {
    Error::Numeric { analysis: VALIDATION, verdict: format!("the deviance of a penalty is undefined: {reason}") }
}

/// The first place of least deviance, and the first within its standard error.
fn chosen(penalties: &[JudgedPenalty]) -> (usize, usize) {
    let is_less = |place: &usize, least: &usize| penalties[*place].deviance < penalties[*least].deviance;
    let best = (0..penalties.len()).fold(0, |least, place| if is_less(&place, &least) { place } else { least });
    let Some(least) = penalties.get(best) else { return (0, 0) };
    let limit = least.deviance + least.std_error.as_ref().copied().unwrap_or(0.0);
    let within = penalties.iter().position(|penalty| penalty.deviance <= limit);
    (best, within.unwrap_or(best))
}

//! A regression under falling penalties, over one reading and encoding of the table.

use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::INTERCEPT;
use super::fit::{Prepared, prepare};
use super::params::{REGRESSION, Regression, RegressionParams};
use super::training::{TrainingRows, read_offset};
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::prediction::encoding::{Encoder, LabelCoding};
use crate::solver::regression::{Family, Observations, RegressionFit};

/// The largest penalty of a grid of its own, beside what one standardised column says of its
/// coefficient: coefficients are a hundredth of what they would be.
const LARGEST: f64 = 100.0;
/// The same of the smallest: coefficients lack a thousandth at the most.
const SMALLEST: f64 = 1e-3;
/// Penalties of such a grid.
const N_PENALTIES: u32 = 26;
const MOST_PENALTIES: u32 = 1_000;

/// Unchecked settings of a search for a penalty: which regression, and which penalties.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::regression::{PenaltySearchParams, RegressionParams};
///
/// let frame = df!("visits" => [1.0, 2.0, 3.0, 4.0, 5.0], "spend" => [12.0, 14.0, 17.0, 17.0, 20.0])?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("spend"))?;
/// let search = PenaltySearchParams::new(RegressionParams::linear()).penalties([0.0, 5.0]);
/// let path = search.check()?.fit(&table)?;
/// // The slope of 1.9 is halved by a penalty as large as the number of rows; largest first.
/// let slopes: Vec<f64> = path.steps().iter().map(|step| step.coefficients[1]).collect();
/// assert!((slopes[0] - 0.95).abs() < 1e-12 && (slopes[1] - 1.9).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct PenaltySearchParams {
    regression: RegressionParams,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    penalties: Option<Vec<f64>>,
    #[serde(default = "twenty_six")]
    n_penalties: u32,
}

fn twenty_six() -> u32 {
    N_PENALTIES
}

impl PenaltySearchParams {
    /// A regression under penalties that suit its rows: from one that leaves a hundredth of the
    /// coefficients to one that takes a thousandth of them, in equal ratios.
    pub fn new(regression: RegressionParams) -> Self {
        Self { regression, penalties: None, n_penalties: N_PENALTIES }
    }

    /// Names the penalties, 0 or above, in any order; each is an
    /// [`l2_penalty`](RegressionParams::l2_penalty).
    pub fn penalties(mut self, penalties: impl Into<Vec<f64>>) -> Self {
        self.penalties = Some(penalties.into());
        self
    }

    /// Sets the penalties of a grid that is not named, 2 to 1,000; 26 by default.
    pub fn n_penalties(mut self, n_penalties: u32) -> Self {
        self.n_penalties = n_penalties;
        self
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// `Param` for settings of the regression outside their range, penalties that are negative, not
    /// finite, twice there or none, and a regression with Firth's penalty.
    pub fn check(mut self) -> Result<PenaltySearch> {
        let _: Regression = self.regression.clone().check()?;
        let refused = |param, expected: &str, got: String| Err(Error::param(REGRESSION, param, expected, got));
        if self.regression.firth {
            return refused("firth", "false where penalties are tried", "true".to_owned());
        }
        if !(2..=MOST_PENALTIES).contains(&self.n_penalties) {
            return refused("n_penalties", "in 2..=1000", self.n_penalties.to_string());
        }
        if let Some(penalties) = &mut self.penalties {
            // Zero has one sign, and the largest comes first.
            penalties.iter_mut().for_each(|penalty| *penalty += 0.0);
            penalties.sort_by(|a, b| b.total_cmp(a));
            let n = penalties.len();
            if !(1..=MOST_PENALTIES as usize).contains(&n) {
                return refused("penalties", "1 to 1000 numbers", n.to_string());
            }
            if !penalties.iter().all(|penalty| *penalty >= 0.0 && penalty.is_finite()) {
                return refused("penalties", "finite and 0 or above", "others among them".to_owned());
            }
            if penalties.windows(2).any(|pair| pair[0] == pair[1]) {
                return refused("penalties", "different from each other", "one twice".to_owned());
            }
        }
        Ok(PenaltySearch(self))
    }
}

/// Checked settings of a search for a penalty; the only type that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PenaltySearchParams", into = "PenaltySearchParams")]
#[must_use]
pub struct PenaltySearch(PenaltySearchParams);

impl TryFrom<PenaltySearchParams> for PenaltySearch {
    type Error = Error;

    fn try_from(params: PenaltySearchParams) -> Result<Self> {
        params.check()
    }
}

impl From<PenaltySearch> for PenaltySearchParams {
    fn from(checked: PenaltySearch) -> Self {
        checked.0
    }
}

impl PenaltySearch {
    /// The regression whose penalty is sought.
    pub fn regression(&self) -> &RegressionParams {
        &self.0.regression
    }

    /// The penalties that were named, or those that suit the rows; the largest first.
    fn penalties(&self, observations: &Observations) -> Vec<f64> {
        match &self.0.penalties {
            Some(penalties) => penalties.clone(),
            None => falling(information(self.0.regression.family, observations), self.0.n_penalties),
        }
    }

    /// Fits the regression under every penalty; the table is read and encoded once.
    ///
    /// # Errors
    /// As [`Regression::fit`].
    pub fn fit(&self, table: &FeatureTable) -> Result<PenaltyPath> {
        let fitted = PathFit::of(self, table, None)?;
        let intercept = self.0.regression.fit_intercept.then(|| INTERCEPT.to_owned());
        let terms = fitted.encoder.terms().iter().map(|term| term.name.clone());
        let step = |(l2_penalty, fit): (f64, RegressionFit)| PenaltyStep {
            l2_penalty,
            deviance: fit.deviance,
            effective_parameters: fit.effective_parameters,
            iterations: fit.iterations,
            coefficients: fit.coefficients,
        };
        Ok(PenaltyPath {
            terms: intercept.into_iter().chain(terms).collect(),
            steps: fitted.fits.into_iter().map(step).collect(),
            rows: fitted.rows,
        })
    }
}

/// Fits under falling penalties, with what further rows are predicted by.
pub(in crate::prediction) struct PathFit {
    pub(in crate::prediction) encoder: Encoder,
    pub(in crate::prediction) labels: Option<LabelCoding>,
    rows: TrainingRows,
    fits: Vec<(f64, RegressionFit)>,
}

/// Penalties for rows of a certain weight.
#[derive(Clone, Debug)]
pub(in crate::prediction) struct Grid {
    pub(in crate::prediction) penalties: Vec<f64>,
    pub(in crate::prediction) total_weight: f64,
}

impl Grid {
    /// The penalties of a search for a table, and the weight of the rows they are for.
    pub(in crate::prediction) fn of(search: &PenaltySearch, table: &FeatureTable) -> Result<Self> {
        let prepared = prepare(&search.0.regression, table)?;
        let penalties = search.penalties(&prepared.observations);
        Ok(Self { penalties, total_weight: prepared.observations.total_weight() })
    }
}

impl PathFit {
    /// Fits under the penalties of the search, or those of a grid in proportion to the weight of
    /// the rows, so that a part of the rows is held back as much as the whole.
    pub(in crate::prediction) fn of(search: &PenaltySearch, table: &FeatureTable, grid: Option<&Grid>) -> Result<Self> {
        let params = &search.0.regression;
        let prepared = prepare(params, table)?;
        let penalties = match grid {
            Some(grid) => {
                let share = prepared.observations.total_weight() / grid.total_weight;
                grid.penalties.iter().map(|penalty| penalty * share).collect()
            }
            None => search.penalties(&prepared.observations),
        };
        let fits = fits(params, &prepared, &penalties)?;
        let Prepared { training, encoder, .. } = prepared;
        Ok(Self { encoder, labels: training.labels, rows: training.rows, fits })
    }

    /// The linear predictor of further rows under one of the penalties, and which rows have one.
    pub(in crate::prediction) fn predictors(
        &self,
        params: &RegressionParams,
        frame: &DataFrame,
        step: usize,
    ) -> Result<Vec<Option<f64>>> {
        let coefficients = self.fits.get(step).map(|(_, fit)| fit.coefficients.as_slice()).unwrap_or_default();
        let (intercept, terms) = match coefficients.split_first() {
            Some((intercept, terms)) if params.fit_intercept => (*intercept, terms),
            _ => (0.0, coefficients),
        };
        let scored = self.encoder.linear_predictor(frame, intercept, terms)?;
        let offset = params.offset.as_ref().map(|offset| read_offset(frame, offset)).transpose()?;
        let offset = |row: usize| offset.as_ref().map_or(0.0, |offset| offset[row]);
        Ok((0..frame.height()).map(|row| scored.get(row).map(|value| value + offset(row))).collect())
    }
}

fn fits(params: &RegressionParams, prepared: &Prepared, penalties: &[f64]) -> Result<Vec<(f64, RegressionFit)>> {
    let fit = |&l2_penalty: &f64| {
        let options = Regression(params.clone().l2_penalty(l2_penalty)).options();
        // The rows are let go: of many fits they take more than the table.
        let mut fitted = prepared.solve(params, &options)?;
        fitted.predictors = Vec::new();
        Ok((l2_penalty, fitted))
    };
    penalties.par_iter().map(fit).collect()
}

/// What the rows say of the coefficient of one standardised column where no other matters.
fn information(family: Family, observations: &Observations) -> f64 {
    let total = observations.total_weight();
    let response = observations.response();
    let mean = observations.weighted_sum(|row| response[row] / total);
    let predictor = family.link(mean);
    let own = match family {
        Family::Gaussian => 1.0,
        _ => family.mean_slope(predictor) * family.score_slope(predictor),
    };
    // Rows of one outcome are refused by the fit, in words.
    if own.is_finite() && own > 0.0 { total * own } else { total }
}

/// Penalties in equal ratios, the largest first.
fn falling(information: f64, n_penalties: u32) -> Vec<f64> {
    let step = (SMALLEST / LARGEST).ln() / f64::from(n_penalties - 1);
    (0..n_penalties).map(|place| information * LARGEST * (f64::from(place) * step).exp()).collect()
}

/// A regression under one penalty.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PenaltyStep {
    /// The penalty.
    pub l2_penalty: f64,
    /// Twice what the likelihood lacks to that of means equal to the responses, unpenalised.
    pub deviance: f64,
    /// Coefficients less what the penalty takes of them.
    pub effective_parameters: f64,
    /// Steps of Newton's method.
    pub iterations: u32,
    /// In the units of the columns, the intercept (if any) first; 0 for aliased columns.
    pub coefficients: Vec<f64>,
}

/// A regression under falling penalties.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PenaltyPath {
    terms: Vec<String>,
    steps: Vec<PenaltyStep>,
    rows: TrainingRows,
}

impl PenaltyPath {
    /// The names of the coefficients.
    #[must_use]
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The fits, the largest penalty first.
    #[must_use]
    pub fn steps(&self) -> &[PenaltyStep] {
        &self.steps
    }

    /// Rows that were learned from and those that were left out.
    #[must_use]
    pub fn training_rows(&self) -> TrainingRows {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::frame::{FeatureColumns, ToDataFrame};

    fn table(scale: f64) -> FeatureTable {
        let x: Vec<f64> = (0..40).map(|row| f64::from(row * 7 % 11) * scale).collect();
        let z: Vec<f64> = (0..40).map(|row| f64::from(row * 5 % 13)).collect();
        let left: Vec<bool> = (0..40).map(|row| (row * 7 % 11) + row % 5 > 6).collect();
        let frame = df!("x" => x, "z" => z, "left" => left).unwrap().lazy();
        FeatureTable::new(frame, &FeatureColumns::new().target("left")).unwrap()
    }

    fn search() -> PenaltySearchParams {
        PenaltySearchParams::new(RegressionParams::logistic())
    }

    #[test]
    fn each_step_is_the_regression_with_its_penalty() {
        let path = search().penalties([0.5, 20.0, 3.0]).check().unwrap().fit(&table(1.0)).unwrap();
        assert_eq!(path.steps().iter().map(|step| step.l2_penalty).collect::<Vec<_>>(), [20.0, 3.0, 0.5]);
        for step in path.steps() {
            let alone = RegressionParams::logistic().l2_penalty(step.l2_penalty).fit(&table(1.0)).unwrap();
            let expected: Vec<f64> = alone.coefficients().iter().map(|one| one.estimate.unwrap()).collect();
            step.coefficients.iter().zip(&expected).for_each(|(found, expected)| {
                assert!((found - expected).abs() <= 1e-14 * expected.abs(), "{found} {expected}");
            });
            assert!((step.deviance - alone.statistics().deviance).abs() <= 1e-13 * step.deviance);
        }
        assert!(path.steps().is_sorted_by(|a, b| a.deviance > b.deviance));
        assert!(path.steps().is_sorted_by(|a, b| a.effective_parameters < b.effective_parameters));
        assert_eq!(
            (path.terms(), path.training_rows().n_fitted),
            (&["(intercept)", "x", "z"].map(String::from)[..], 40)
        );
        assert_eq!(path.to_dataframe().height(), 9);
        assert!(path.to_string().starts_with("3 penalties, 40 rows"), "{path}");
    }

    #[test]
    fn a_grid_of_its_own_spans_from_nothing_to_everything_in_any_units() {
        let path = search().n_penalties(12).check().unwrap().fit(&table(1.0)).unwrap();
        let (first, last) = (&path.steps()[0], &path.steps()[11]);
        assert!((first.l2_penalty / last.l2_penalty / 1e5 - 1.0).abs() < 1e-12);
        assert!(first.effective_parameters < 1.05 && last.effective_parameters > 2.9, "{path}");
        let scaled = search().n_penalties(12).check().unwrap().fit(&table(1e6)).unwrap();
        for (step, scaled) in path.steps().iter().zip(scaled.steps()) {
            assert_eq!(step.l2_penalty, scaled.l2_penalty);
            assert!((step.coefficients[1] / (scaled.coefficients[1] * 1e6) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn settings_without_meaning_are_refused() {
        let refused = |params: PenaltySearchParams| params.check().unwrap_err().to_string();
        assert!(refused(search().penalties([])).contains("`penalties` must be 1 to 1000 numbers, got 0"));
        assert!(refused(search().penalties([1.0, f64::NAN])).contains("finite and 0 or above"));
        assert!(refused(search().penalties([-1.0])).contains("finite and 0 or above"));
        assert!(refused(search().penalties([0.0, -0.0])).contains("one twice"));
        assert!(refused(search().n_penalties(1)).contains("`n_penalties`"));
        let firth = PenaltySearchParams::new(RegressionParams::logistic().firth(true));
        assert!(refused(firth).contains("`firth`"));
    }
}

//! A fitted regression: what it was fitted to, what it says, and its saved form.

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::coefficients::{self, Coefficient};
use super::collinear::CollinearFeature;
use super::marginal::MarginalEffect;
use super::params::{Regression, RegressionParams};
use super::statistics::FitStatistics;
use super::training::TrainingRows;
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::frame::saved::SavedForm;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::prediction::encoding::{Encoder, EncodingCounts, LabelCoding};
use crate::solver::regression::Family;

const FORM: SavedForm = SavedForm { what: "regression model", no_such: "no saved regression model", format: 1 };

/// A fitted regression.
///
/// Holds no row of the table, but the levels of its categories. Saved as JSON with its version;
/// a model that is read back gives the same numbers.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::regression::{RegressionModel, RegressionParams};
///
/// let frame = df!("visits" => [1.0, 2.0, 3.0, 4.0, 5.0], "spend" => [12.0, 14.0, 17.0, 17.0, 20.0])?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("spend"))?;
/// let model = RegressionParams::linear().fit(&table)?;
/// // Least squares by hand: slope 1.9, intercept 10.3.
/// let slope = &model.coefficients()[1];
/// assert!((slope.estimate.unwrap() - 1.9).abs() < 1e-12);
///
/// let again = RegressionModel::from_json(&model.to_json())?;
/// assert_eq!(again.predict(&table)?.values(), model.predict(&table)?.values());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedModel")]
pub struct RegressionModel {
    format: u32,
    definition: Regression,
    encoder: Encoder,
    fitted: Fitted,
}

/// What a fit has found; columns are those of the design, the intercept first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fitted {
    pub(super) target: String,
    pub(super) labels: Option<LabelCoding>,
    pub(super) rows: TrainingRows,
    pub(super) encoding_counts: EncodingCounts,
    #[serde(with = "exact_number::many")]
    pub(super) coefficients: Vec<f64>,
    pub(super) aliased: Vec<usize>,
    #[serde(with = "exact_number::all")]
    pub(super) covariance: SymmetricMatrix,
    #[serde(with = "exact_number::all")]
    pub(super) vif: Vec<Option<f64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) collinear: Vec<CollinearFeature>,
    #[serde(with = "exact_number::all")]
    pub(super) marginal_effects: Vec<Option<MarginalEffect>>,
    #[serde(with = "exact_number::all")]
    pub(super) statistics: FitStatistics,
}

/// A model as written, before its check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedModel {
    format: u32,
    definition: Regression,
    encoder: Encoder,
    fitted: Fitted,
}

impl TryFrom<SavedModel> for RegressionModel {
    type Error = Error;

    fn try_from(saved: SavedModel) -> Result<Self> {
        let SavedModel { format, definition, encoder, fitted } = saved;
        FORM.check(format)?;
        let model = Self { format, definition, encoder, fitted };
        model.check()?;
        Ok(model)
    }
}

impl RegressionModel {
    pub(super) fn new(definition: Regression, encoder: Encoder, fitted: Fitted) -> Self {
        Self { format: FORM.format, definition, encoder, fitted }
    }

    /// What a damaged file could say that no fit does.
    fn check(&self) -> Result<()> {
        let n = self.encoder.terms().len() + usize::from(self.has_intercept());
        let fitted = &self.fitted;
        let lengths =
            [fitted.coefficients.len(), fitted.covariance.order(), fitted.vif.len(), fitted.marginal_effects.len()];
        if lengths.iter().any(|&length| length != n) {
            return Err(FORM.refused(format!("it has {n} columns, but not a coefficient and an error for each")));
        }
        if !fitted.coefficients.iter().all(|value| value.is_finite()) || !fitted.covariance.is_finite() {
            return Err(FORM.refused("a coefficient or an error is not finite"));
        }
        if (0..n).any(|column| fitted.covariance.get(column, column) < 0.0) {
            return Err(FORM.refused("a variance is below 0"));
        }
        if fitted.aliased.iter().any(|&column| column >= n) {
            return Err(FORM.refused("an aliased column is none of its columns"));
        }
        if !fitted.collinear.iter().all(CollinearFeature::is_sound) {
            return Err(FORM.refused("a variance inflation is out of range"));
        }
        let is_logistic = self.family() == Family::Binomial;
        if is_logistic != fitted.labels.is_some() {
            return Err(FORM.refused("labels go with logistic regression and with no other"));
        }
        Ok(())
    }

    /// How it was defined.
    pub fn definition(&self) -> &RegressionParams {
        self.definition.params()
    }

    /// The column it predicts.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.fitted.target
    }

    /// How labels were read; `None` but for logistic regression.
    #[must_use]
    pub fn labels(&self) -> Option<&LabelCoding> {
        self.fitted.labels.as_ref()
    }

    /// The distribution of the target.
    #[must_use]
    pub fn family(&self) -> Family {
        self.definition.params().family
    }

    /// How features become columns.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Rows that were read, left out and learned from.
    #[must_use]
    pub fn training_rows(&self) -> TrainingRows {
        self.fitted.rows
    }

    /// Cells of the training table that were missing.
    #[must_use]
    pub fn encoding_counts(&self) -> &EncodingCounts {
        &self.fitted.encoding_counts
    }

    /// How well it fits the rows it was fitted to.
    #[must_use]
    pub fn statistics(&self) -> &FitStatistics {
        &self.fitted.statistics
    }

    /// Whether probabilities are those of a table in which classes were weighted, and not those
    /// of customers; calibrate them before they are used as such.
    #[must_use]
    pub fn needs_calibration(&self) -> bool {
        self.definition.params().class_weights.is_some()
    }

    /// Coefficients with errors, tests and intervals, the intercept first.
    #[must_use]
    pub fn coefficients(&self) -> Vec<Coefficient> {
        coefficients::coefficients(self)
    }

    /// The same as a frame with a row for each.
    #[must_use]
    pub fn coefficients_frame(&self) -> DataFrame {
        coefficients::to_dataframe(&self.coefficients())
    }

    /// The covariance of the coefficients, in their order; aliased ones have zeros.
    #[must_use]
    pub fn covariance(&self) -> &SymmetricMatrix {
        &self.fitted.covariance
    }

    /// Features that others nearly determine, with a variance inflation above 10, the largest
    /// first; those of interactions are left out. None of a fit by batches.
    #[must_use]
    pub fn collinear_features(&self) -> &[CollinearFeature] {
        &self.fitted.collinear
    }

    /// Names of the columns that those before them determine.
    #[must_use]
    pub fn aliased(&self) -> Vec<&str> {
        let first = usize::from(self.has_intercept());
        let terms = self.encoder.terms();
        self.fitted
            .aliased
            .iter()
            .filter_map(|&column| terms.get(column.checked_sub(first)?))
            .map(|term| term.name.as_str())
            .collect()
    }

    /// The model as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a model that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// `Format` when it is damaged, or saved by a version this one does not know.
    pub fn from_json(text: &str) -> Result<Self> {
        FORM.read(text)
    }

    pub(super) fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    pub(super) fn has_intercept(&self) -> bool {
        self.definition.params().fit_intercept
    }

    /// Confidence of the intervals.
    #[must_use]
    pub fn conf_level(&self) -> f64 {
        self.definition.params().conf_level
    }

    /// The intercept (0 without one) and the coefficients of the terms.
    pub(super) fn split_coefficients(&self) -> (f64, &[f64]) {
        match self.fitted.coefficients.split_first() {
            Some((intercept, terms)) if self.has_intercept() => (*intercept, terms),
            _ => (0.0, &self.fitted.coefficients),
        }
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::frame::{FeatureColumns, FeatureTable};
    use crate::prediction::encoding::{EncodingParams, FeatureEncoding, Reference};
    use crate::prediction::regression::{ClassWeights, WeightMeaning};

    /// Numbers between 0 and 1 with all their bits, of which a plain reader of JSON gets some wrong.
    fn noise(seed: u64) -> impl Iterator<Item = f64> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        })
    }

    fn table() -> FeatureTable {
        const N: usize = 400;
        let column = |seed: u64| noise(seed).take(N).collect::<Vec<_>>();
        let (x, z, tail, target) = (column(1), column(2), column(3), column(4));
        let plan: Vec<&str> = column(5).iter().map(|u| ["a", "b", "c"][(u * 3.0) as usize]).collect();
        let seen = Series::new("seen".into(), column(6).iter().map(|u| (u * 900.0) as i32).collect::<Vec<_>>());
        let frame = df!(
            "x" => &x, "z" => z, "tail" => tail.iter().map(|u| 1e-9 / u).collect::<Vec<_>>(), "plan" => plan,
            "seen" => seen.cast(&DataType::Date).unwrap(), "weight" => column(7),
            "amount" => x.iter().zip(&target).map(|(x, u)| 1e-3 + x + u).collect::<Vec<_>>(),
            "left" => x.iter().zip(&target).map(|(x, u)| 0.3 * x + u > 0.6).collect::<Vec<_>>(),
        );
        let columns = FeatureColumns::new().features(["x", "z", "tail", "plan", "seen"]).target("amount");
        FeatureTable::new(frame.unwrap().lazy(), &columns).unwrap()
    }

    fn encoding() -> EncodingParams {
        EncodingParams::new()
            .feature("x", FeatureEncoding::quantile_bins(40).reference(Reference::MostFrequent))
            .feature("z", FeatureEncoding::spline(7))
            .feature("tail", FeatureEncoding::log().standardise())
            .feature("seen", FeatureEncoding::date().standardise())
            .interaction("plan", "tail")
    }

    /// Settings of numbers that do not end.
    fn models() -> Vec<RegressionModel> {
        let settings = |params: RegressionParams| params.conf_level(2.0 / 3.0 + 0.3).tol(1e-16 / 3.0);
        let third = 1.0 / 3.0;
        let labels = FeatureColumns::new().features(["x", "z", "tail", "plan", "seen"]).target("left");
        let labels = FeatureTable::new(table().lazy(), &labels).unwrap();
        let classes = ClassWeights::Given { positive: 2.0 * third, negative: third * third };
        let logistic = settings(RegressionParams::logistic().l2_penalty(third).class_weights(classes));
        let others = [
            RegressionParams::linear().weights("weight", WeightMeaning::Precision),
            RegressionParams::poisson().l2_penalty(third * 1e-30),
            RegressionParams::gamma(),
            RegressionParams::tweedie(1.0 + third),
        ];
        let others = others.into_iter().map(|params| settings(params.encoding(encoding())).fit(&table()).unwrap());
        others.chain([logistic.encoding(encoding()).fit(&labels).unwrap()]).collect()
    }

    fn bits(numbers: &[f64]) -> Vec<u64> {
        numbers.iter().map(|number| number.to_bits()).collect()
    }

    #[test]
    fn a_model_that_is_read_back_is_the_same_to_the_last_bit() {
        for model in models() {
            let text = model.to_json();
            let again = RegressionModel::from_json(&text).unwrap();
            // Not told by `assert_eq`: thousands of numbers are no message.
            assert!(again == model && again.to_json() == text, "{:?}", model.family());
            let predicted = |model: &RegressionModel| bits(model.predict(&table()).unwrap().complete().unwrap());
            assert!(predicted(&again) == predicted(&model), "{:?}", model.family());
            let contributions = |model: &RegressionModel| {
                let found = model.contributions(&table()).unwrap();
                (0..found.features().len()).map(|feature| bits(found.of(feature))).collect::<Vec<_>>()
            };
            assert!(contributions(&again) == contributions(&model), "{:?}", model.family());
            assert_eq!(format!("{again}"), format!("{model}"));
        }
    }
}

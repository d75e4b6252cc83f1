//! Features that nearly determine each other.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::frame::exact_number;
use crate::frame::readable::{shown_digits, shown_names, shown_text};
use crate::prediction::encoding::{Term, TermKind};
use crate::solver::regression::{Observations, TermInflation, collinearity};

/// Variance inflation from which coefficients are no longer to be read one by one.
const HIGH: f64 = 10.0;

/// A feature that others nearly determine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CollinearFeature {
    /// The feature.
    pub feature: String,
    /// By what factor the others inflate the variance of its coefficient. Of a feature with
    /// several columns the square of the generalized factor per column, which compares.
    #[serde(with = "exact_number::one")]
    pub variance_inflation: f64,
}

impl CollinearFeature {
    pub(super) fn is_sound(&self) -> bool {
        self.variance_inflation > HIGH && self.variance_inflation < f64::INFINITY
    }
}

/// What the columns of a fit determine of each other.
#[derive(Default)]
pub(super) struct Determined {
    pub(super) of_columns: Vec<Option<f64>>,
    pub(super) condition_number: Option<f64>,
    pub(super) features: Vec<CollinearFeature>,
}

impl Determined {
    pub(super) fn of(observations: &Observations, terms: &[Term], has_intercept: bool) -> Self {
        let (features, ranges) = features(terms, usize::from(has_intercept));
        let Ok(found) = collinearity(observations, &ranges) else {
            return Self { of_columns: vec![None; observations.n_columns()], ..Self::default() };
        };
        let inflation = |of: &Option<TermInflation>| of.map(|found| found.per_column().powi(2));
        let pairs = features.into_iter().zip(found.of_terms.iter().map(inflation));
        let known = pairs.filter_map(|(feature, variance_inflation)| {
            Some(CollinearFeature { feature: feature.to_owned(), variance_inflation: variance_inflation? })
        });
        let mut features: Vec<CollinearFeature> = known.filter(CollinearFeature::is_sound).collect();
        // Stable: equal ones stay in the order of the columns.
        features.sort_by(|a, b| b.variance_inflation.total_cmp(&a.variance_inflation));
        Self {
            of_columns: found.variance_inflation,
            condition_number: Some(found.condition_number).filter(|number| number.is_finite()),
            features,
        }
    }
}

/// The features and their columns in the design. Those of an interaction are left out: that its
/// product goes along with them is no fault of the data.
fn features(terms: &[Term], first: usize) -> (Vec<&str>, Vec<Range<usize>>) {
    let products: Vec<&str> =
        terms.iter().filter(|term| term.kind == TermKind::Interaction).map(|term| term.feature.as_str()).collect();
    let is_in_product = |feature: &str| {
        products.iter().any(|product| {
            let is_first = product.strip_prefix(feature).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
            is_first || product.strip_suffix(feature).is_some_and(|rest| rest.ends_with(':'))
        })
    };
    let (mut names, mut ranges, mut start) = (Vec::new(), Vec::new(), first);
    for own in terms.chunk_by(|a, b| a.feature == b.feature) {
        let end = start + own.len();
        if !is_in_product(&own[0].feature) {
            names.push(own[0].feature.as_str());
            ranges.push(start..end);
        }
        start = end;
    }
    (names, ranges)
}

/// The warning that goes with coefficients of such features; none without any.
pub(in crate::prediction) fn collinear_words(features: &[CollinearFeature]) -> Option<String> {
    let names: Vec<String> = features.iter().map(|one| shown_text(&one.feature)).collect();
    let inflation = shown_digits(Some(features.first()?.variance_inflation), 3);
    let what = match names.len() {
        1 => format!("{} is nearly determined by the others", names[0]),
        _ => format!("{} nearly determine each other", shown_names(&names)),
    };
    Some(format!("{what} (variance inflation {inflation}): do not read them one by one"))
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::frame::{FeatureColumns, FeatureTable};
    use crate::prediction::encoding::{EncodingParams, FeatureEncoding};
    use crate::prediction::regression::{RegressionModel, RegressionParams};

    /// `z` is `x` and 0.1 up or down, uncorrelated with `x`.
    fn fitted(encoding: EncodingParams) -> RegressionModel {
        let x: Vec<f64> = (1..=8).map(f64::from).collect();
        let up = [1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0];
        let z: Vec<f64> = x.iter().zip(up).map(|(x, up)| x + 0.1 * up).collect();
        let frame = df!(
            "价格" => x, "z" => z, "plan" => ["a", "b", "c", "a", "c", "b", "a", "b"],
            "y" => [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0],
        );
        let table = FeatureTable::new(frame.unwrap().lazy(), &FeatureColumns::new().target("y")).unwrap();
        RegressionParams::linear().encoding(encoding).fit(&table).unwrap()
    }

    fn names(model: &RegressionModel) -> Vec<&str> {
        model.collinear_features().iter().map(|one| one.feature.as_str()).collect()
    }

    /// Oracle: the plain factors of the coefficients, and by hand without `plan`, where the squared
    /// correlation is 42 / 42.08, so that the factor is 526.
    #[test]
    fn features_that_determine_each_other_are_named() {
        let model = fitted(EncodingParams::new());
        let found = model.collinear_features();
        assert_eq!(found.len(), 2, "{found:?}");
        for one in found {
            let row = model.coefficients().into_iter().find(|row| row.term == one.feature).unwrap();
            assert!((one.variance_inflation / row.vif.unwrap() - 1.0).abs() < 1e-9 && one.variance_inflation > 500.0);
        }
        let words = collinear_words(found).unwrap();
        assert!(words.contains(" nearly determine each other (variance inflation "), "{words}");
        let again: RegressionModel = serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
        assert_eq!(again, model);
        let mut damaged = serde_json::to_value(&model).unwrap();
        damaged["fitted"]["collinear"][0]["variance_inflation"] = 3.0.into();
        let refused = serde_json::from_value::<RegressionModel>(damaged).unwrap_err().to_string();
        assert!(refused.contains("a variance inflation is out of range"), "{refused}");
    }

    #[test]
    fn pieces_of_a_curve_and_products_are_no_such_features() {
        assert_eq!(names(&fitted(EncodingParams::new().interaction("价格", "plan"))), ["z"]);
        assert_eq!(collinear_words(&[]), None);
        let one = [CollinearFeature { feature: "z".to_owned(), variance_inflation: 526.0 }];
        assert_eq!(
            collinear_words(&one).unwrap(),
            "z is nearly determined by the others (variance inflation 526): do not read them one by one"
        );
        let curve = EncodingParams::new().feature("价格", FeatureEncoding::spline(3));
        assert!(names(&fitted(curve)).contains(&"z"));
    }
}

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

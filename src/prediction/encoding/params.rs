//! Settings of an encoding.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ENCODING;
use super::encoder::Encoder;
use super::feature_encoding::{FeatureEncoding, Missing, Reference, UnseenLevel};
use super::learn;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use polars::prelude::{DataFrame, col};

/// Unchecked settings of an encoding.
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prediction::encoding::{EncodingParams, FeatureEncoding, UnseenLevel};
///
/// let frame = df!(
///     "tenure" => [Some(1.0), None, Some(40.0)],
///     "Contract" => ["Month-to-month", "Two year", "Month-to-month"],
///     "会员" => ["是", "否", "是"],
/// )?;
/// let features = ["tenure", "Contract", "会员"].map(String::from);
/// let encoding = EncodingParams::new()
///     .feature("Contract", FeatureEncoding::categorical().unseen(UnseenLevel::Reference))
///     .check()?;
/// let encoder = encoding.fit_frame(&frame, &features, None)?;
/// let names: Vec<&str> = encoder.terms().iter().map(|term| term.name.as_str()).collect();
/// assert_eq!(names, ["tenure", "Contract[Two year]", "会员[是]"]);
/// // The missing tenure is the median, 20.5.
/// assert_eq!(encoder.encode_dense(&frame)?.row(1), [20.5, 1.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct EncodingParams {
    #[serde(default)]
    pub(super) missing_numbers: Missing,
    #[serde(default)]
    pub(super) missing_categories: Missing,
    #[serde(default)]
    pub(super) unseen: UnseenLevel,
    #[serde(default)]
    pub(super) reference: Reference,
    #[serde(default = "thousand")]
    pub(super) max_levels: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) interactions: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) features: BTreeMap<String, FeatureEncoding>,
}

fn thousand() -> u32 {
    1_000
}

impl Default for EncodingParams {
    fn default() -> Self {
        Self {
            missing_numbers: Missing::default(),
            missing_categories: Missing::default(),
            unseen: UnseenLevel::default(),
            reference: Reference::default(),
            max_levels: thousand(),
            interactions: Vec::new(),
            features: BTreeMap::new(),
        }
    }
}

impl EncodingParams {
    /// Every feature as its type says, missing cells imputed, unseen levels refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says how one feature is encoded.
    pub fn feature(mut self, column: impl Into<String>, encoding: FeatureEncoding) -> Self {
        self.features.insert(column.into(), encoding);
        self
    }

    /// Adds the products of the columns of two features, behind those of the features.
    ///
    /// Two numbers give one column, a category and a number one for each level but the
    /// reference, two categories one for each pair of such levels that training has.
    pub fn interaction(mut self, first: impl Into<String>, second: impl Into<String>) -> Self {
        self.interactions.push((first.into(), second.into()));
        self
    }

    /// Chooses what becomes of missing numbers and dates: imputed by default.
    pub fn missing_numbers(mut self, missing: Missing) -> Self {
        self.missing_numbers = missing;
        self
    }

    /// Chooses what becomes of missing categories and flags: imputed by default.
    pub fn missing_categories(mut self, missing: Missing) -> Self {
        self.missing_categories = missing;
        self
    }

    /// Chooses what becomes of levels that training did not have: refused by default.
    pub fn unseen(mut self, unseen: UnseenLevel) -> Self {
        self.unseen = unseen;
        self
    }

    /// Chooses the reference level of categories: the first one by default.
    pub fn reference(mut self, reference: Reference) -> Self {
        self.reference = reference;
        self
    }

    /// The most levels a category can have, 1,000 by default; one with more, as an id has, is refused.
    pub fn max_levels(mut self, n: u32) -> Self {
        self.max_levels = n;
        self
    }

    /// Checks every setting and returns the encoding that can be fitted.
    ///
    /// # Errors
    /// `Param` for a setting out of its range or one that does not go with the kind of its
    /// feature, for an interaction of a feature with itself or named twice, and for a reference
    /// that is named for all features at once.
    pub fn check(self) -> Result<Encoding> {
        let refused = |param, expected: &str, got: String| Err(Error::param(ENCODING, param, expected, got));
        self.features.iter().try_for_each(|(feature, encoding)| encoding.check(feature))?;
        if self.missing_numbers == Missing::OwnLevel {
            return refused("missing_numbers", "another than own_level, which is for categories", "own_level".into());
        }
        if let Reference::Named(_) = self.reference {
            return refused("reference", "named for one feature at a time", "one for all".into());
        }
        if !(2..=1_000_000).contains(&self.max_levels) {
            return refused("max_levels", "in 2..=1000000", self.max_levels.to_string());
        }
        let mut known = BTreeSet::new();
        for (first, second) in &self.interactions {
            if first == second {
                return refused("interaction", "of two features", format!("`{first}` with itself"));
            }
            if !known.insert((first.min(second), first.max(second))) {
                return refused("interaction", "named once", format!("`{first}` and `{second}` twice"));
            }
        }
        Ok(Encoding(self))
    }
}

/// Checked settings of an encoding; the only type that can be fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "EncodingParams", into = "EncodingParams")]
#[must_use]
pub struct Encoding(pub(super) EncodingParams);

impl Default for Encoding {
    /// Every feature as its type says.
    fn default() -> Self {
        Self(EncodingParams::default())
    }
}

impl Encoding {
    /// Learns from all features of a table, read once.
    ///
    /// # Errors
    /// Those of [`fit_frame`](Self::fit_frame), and `Query` when polars fails.
    pub fn fit(&self, table: &FeatureTable) -> Result<Encoder> {
        let features: Vec<_> = table.features().iter().map(|name| col(name.as_str())).collect();
        let frame = collect(ENCODING, table.lazy().select(features))?;
        self.fit_frame(&frame, table.features(), None)
    }

    /// Learns from columns of a frame that is at hand.
    ///
    /// Weights count in medians, quantiles, most frequent levels, means and scales: whole numbers
    /// as so many equal rows, others as sampling weights. Rows of weight 0 are not looked at.
    ///
    /// # Errors
    /// `Schema` when a feature is not there or of a type that is not read as its encoding says;
    /// `Param` when a feature or an interaction of the settings is none of the features;
    /// `Unusable` for features without any value, infinite values, too many levels, values of -1
    /// and below under a logarithm, knots that are equal, a reference that is no level, and
    /// weights that are negative, not finite or all 0; `Incomplete` for missing cells that are
    /// not to be.
    pub fn fit_frame(&self, frame: &DataFrame, features: &[String], weights: Option<&[f64]>) -> Result<Encoder> {
        learn::fit(self, frame, features, weights)
    }
}

impl TryFrom<EncodingParams> for Encoding {
    type Error = Error;

    fn try_from(params: EncodingParams) -> Result<Self> {
        params.check()
    }
}

impl From<Encoding> for EncodingParams {
    fn from(encoding: Encoding) -> Self {
        encoding.0
    }
}

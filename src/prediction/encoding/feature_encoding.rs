//! How one feature becomes columns.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ENCODING;
use crate::error::{Error, Result};
use crate::frame::exact_number;

/// What becomes of a cell without a value: null, or NaN among numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// It gets the median of the training rows, or their most frequent level. The default.
    #[default]
    Impute,
    /// The same, and a column of its own tells the rows apart, where training had such rows.
    ImputeWithIndicator,
    /// It is a level like the others; for categories alone.
    OwnLevel,
    /// The row is left out and counted.
    Drop,
    /// The rows are refused, with their number.
    Error,
}

/// What becomes of a level that the training rows did not have. It is part of the encoding that
/// is learned: a model that refuses such rows is fitted again to take another choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnseenLevel {
    /// The rows are refused, with their number; [`Encoder::unseen_levels`](super::Encoder::unseen_levels)
    /// lists the levels. The default.
    #[default]
    Error,
    /// It counts as one of the rare levels that training put together; refused where there were none.
    Other,
    /// It counts as the reference level.
    Reference,
}

/// The level that the others are compared with; it has no column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reference {
    /// The first level: alphabetically by its bytes, by size for numbers. The default.
    #[default]
    First,
    /// The level of most training rows, the first of several.
    MostFrequent,
    /// This level.
    Named(String),
    /// None: every level has a column. With an intercept one of them is determined by the others.
    None,
}

/// Where a spline has its knots, or bins have their cut points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutPoints {
    /// At quantiles of the training rows: 3 to 7 knots, or 2 to 100 bins.
    Quantiles(u32),
    /// At these values, ascending.
    At(#[serde(with = "exact_number::many")] Vec<f64>),
}

/// What a feature is read as.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    #[default]
    Auto,
    Numeric,
    Log,
    Spline(CutPoints),
    Bins(CutPoints),
    Categorical,
    Flag,
    Date,
}

/// How one feature becomes columns; by default its type decides.
///
/// | type | by default |
/// |---|---|
/// | numbers, durations (in seconds) | one column with the number |
/// | booleans, text with nothing but yes and no in any spelling | one column, 1 for yes |
/// | other text, categories | a column for each level but the reference |
/// | dates and datetimes | one column with the days since the earliest one of training |
///
/// Text with more than 20 levels, all but 1% of which read as numbers, is refused with the remedy:
/// [`ReadNumbers`](crate::cleaning::ReadNumbers) makes numbers of it, and
/// [`categorical`](Self::categorical) says that they are codes.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::encoding::{FeatureEncoding, Missing, Reference};
///
/// let contract = FeatureEncoding::categorical().reference(Reference::MostFrequent).missing(Missing::OwnLevel);
/// let from_a_job_file: FeatureEncoding =
///     serde_json::from_str(r#"{"kind": "categorical", "reference": "most_frequent", "missing": "own_level"}"#)?;
/// assert_eq!(contract, from_a_job_file);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct FeatureEncoding {
    #[serde(default)]
    pub(super) kind: Kind,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) standardise: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) min_count: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unseen: Option<UnseenLevel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) missing: Option<Missing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) month: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) weekday: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl FeatureEncoding {
    fn of(kind: Kind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// As its type says.
    pub fn auto() -> Self {
        Self::of(Kind::Auto)
    }

    /// One column with the number.
    pub fn numeric() -> Self {
        Self::of(Kind::Numeric)
    }

    /// One column with `ln(1 + x)`, for counts and amounts with a long tail; values of -1 and
    /// below are refused with their number.
    pub fn log() -> Self {
        Self::of(Kind::Log)
    }

    /// A smooth curve: a natural cubic spline, straight beyond its outer knots, with 3 to 7 knots
    /// at the quantiles that Harrell recommends. It has one column less than knots.
    pub fn spline(n_knots: u32) -> Self {
        Self::of(Kind::Spline(CutPoints::Quantiles(n_knots)))
    }

    /// The same with knots at these values, ascending.
    pub fn spline_at(knots: impl Into<Vec<f64>>) -> Self {
        Self::of(Kind::Spline(CutPoints::At(knots.into())))
    }

    /// Classes of about equal size, cut at quantiles; fewer where quantiles are equal.
    pub fn quantile_bins(n_bins: u32) -> Self {
        Self::of(Kind::Bins(CutPoints::Quantiles(n_bins)))
    }

    /// Classes between these cut points, ascending; a cut point belongs to the class above it.
    pub fn bins_at(cuts: impl Into<Vec<f64>>) -> Self {
        Self::of(Kind::Bins(CutPoints::At(cuts.into())))
    }

    /// A column for each level but the reference; also for whole numbers that stand for categories.
    pub fn categorical() -> Self {
        Self::of(Kind::Categorical)
    }

    /// One column, 1 for yes, out of booleans, 0 and 1, or words in any spelling.
    pub fn flag() -> Self {
        Self::of(Kind::Flag)
    }

    /// One column with the days since the earliest one of training, or since [`origin`](Self::origin).
    pub fn date() -> Self {
        Self::of(Kind::Date)
    }

    /// Takes the mean of training off and divides by the standard deviation (with `n` below).
    /// Fits do not need it; a penalty or another estimator may.
    pub fn standardise(mut self) -> Self {
        self.standardise = true;
        self
    }

    /// Chooses the level that the others are compared with.
    pub fn reference(mut self, reference: Reference) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Puts the levels of fewer training rows than this together as one, `(other)`. With weights
    /// their sum counts.
    pub fn min_count(mut self, n: u64) -> Self {
        self.min_count = Some(n);
        self
    }

    /// Chooses what becomes of levels that training did not have.
    pub fn unseen(mut self, unseen: UnseenLevel) -> Self {
        self.unseen = Some(unseen);
        self
    }

    /// Chooses what becomes of cells without a value.
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = Some(missing);
        self
    }

    /// Counts the days of a date from here.
    pub fn origin(mut self, origin: NaiveDate) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Adds the month of a date as a category, for seasons.
    pub fn month(mut self) -> Self {
        self.month = true;
        self
    }

    /// Adds the day of the week of a date as a category.
    pub fn weekday(mut self) -> Self {
        self.weekday = true;
        self
    }

    /// Checks the settings of one feature.
    pub(super) fn check(&self, feature: &str) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(ENCODING, param, expected, got));
        let for_feature = |what: &str| format!("{what} for `{feature}`");
        let has_levels = matches!(self.kind, Kind::Categorical | Kind::Bins(_));
        if self.standardise && !matches!(self.kind, Kind::Numeric | Kind::Log | Kind::Date) {
            return refused("standardise", "set for a kind of one column of numbers", for_feature("it"));
        }
        if self.reference.is_some() && !has_levels {
            return refused("reference", "set for a kind with levels, categorical or bins", for_feature("it"));
        }
        if self.min_count.is_some() && !has_levels {
            return refused("min_count", "set for a kind with levels, categorical or bins", for_feature("it"));
        }
        if self.unseen.is_some() && !has_levels && !matches!(self.kind, Kind::Flag | Kind::Date) {
            return refused("unseen", "set for a kind with levels, such as categorical", for_feature("it"));
        }
        if (self.month || self.weekday || self.origin.is_some()) && self.kind != Kind::Date {
            return refused("month", "set, as weekday and origin are, for the kind date", for_feature("it"));
        }
        let has_numbers = matches!(self.kind, Kind::Numeric | Kind::Log | Kind::Spline(_) | Kind::Date);
        if self.missing == Some(Missing::OwnLevel) && has_numbers {
            return refused("missing", "another than own_level for numbers", for_feature("it"));
        }
        match &self.kind {
            Kind::Spline(knots) => check_points("knots", knots, (3, 7), (3, 100), feature),
            Kind::Bins(cuts) => check_points("bins", cuts, (2, 100), (1, 1_000), feature),
            _ => Ok(()),
        }
    }
}

/// Refuses too few or too many cut points, and such as do not ascend.
fn check_points(
    param: &'static str,
    points: &CutPoints,
    (fewest, most): (u32, u32),
    (fewest_given, most_given): (usize, usize),
    feature: &str,
) -> Result<()> {
    let refused = |expected: String, got: String| Err(Error::param(ENCODING, param, expected, got));
    match points {
        CutPoints::Quantiles(n) if !(fewest..=most).contains(n) => {
            refused(format!("in {fewest}..={most} for `{feature}`"), n.to_string())
        }
        CutPoints::At(at) if !(fewest_given..=most_given).contains(&at.len()) => {
            let expected = format!("{fewest_given} to {most_given} values for `{feature}`");
            refused(expected, at.len().to_string())
        }
        CutPoints::At(at) if !is_ascending(at) => {
            refused(format!("finite and ascending for `{feature}`"), "values that are not".to_owned())
        }
        CutPoints::Quantiles(_) | CutPoints::At(_) => Ok(()),
    }
}

/// Whether all values are finite and each is above the one before.
pub(super) fn is_ascending(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite()) && values.windows(2).all(|pair| pair[0] < pair[1])
}

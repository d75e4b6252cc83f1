//! What drives what, and by which measures.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::LazyFrame;
use serde::{Deserialize, Serialize};

use super::report::KeyDriverReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::weights::WeightRole;
use crate::kernel::weight::WeightKind;

/// The name that errors give.
pub(super) const KEY_DRIVERS: &str = "key_drivers";

/// Drivers up to which all sets are visited; beyond, orders of entry are sampled.
pub(super) const MOST_EXACT: usize = 20;
/// Replicates of a bootstrap.
const REPLICATES: std::ops::RangeInclusive<u32> = 100..=1_000_000;
/// Pairs of orders of entry.
const PAIRS: std::ops::RangeInclusive<u32> = 2..=10_000_000;

/// A measure of the importance of a driver; see [`kernel::importance`](crate::kernel::importance).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImportanceMethod {
    /// Mean gain in R2 over all orders of entry (Lindeman, Merenda and Gold; Shapley). With
    /// more than 20 drivers over a sample of orders, with standard errors.
    Lmg,
    /// Relative weights (Johnson).
    RelativeWeights,
    /// Slope on standardised columns. A driver of several columns has none.
    StandardizedBeta,
    /// Slope times correlation (Pratt); can be negative.
    Pratt,
    /// R2 of the driver alone.
    First,
    /// What R2 loses when the driver leaves.
    Last,
    /// Relative weights of a logistic regression (Tonidandel and LeBreton), for a target of two
    /// values.
    LogitRelativeWeights,
}

impl ImportanceMethod {
    /// The measures of a linear model, all of them.
    pub const LINEAR: [Self; 6] =
        [Self::Lmg, Self::RelativeWeights, Self::StandardizedBeta, Self::Pratt, Self::First, Self::Last];

    /// The name, as settings and frames have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lmg => "lmg",
            Self::RelativeWeights => "relative_weights",
            Self::StandardizedBeta => "standardized_beta",
            Self::Pratt => "pratt",
            Self::First => "first",
            Self::Last => "last",
            Self::LogitRelativeWeights => "logit_relative_weights",
        }
    }

    /// Whether the drivers' values sum to the explained variance, so that they have shares.
    #[must_use]
    pub fn is_decomposition(self) -> bool {
        matches!(self, Self::Lmg | Self::RelativeWeights | Self::Pratt | Self::LogitRelativeWeights)
    }
}

/// What to do with rows that lack the target or a driver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingRows {
    /// Leave them out and count them.
    #[default]
    Listwise,
    /// Refuse the table.
    Refuse,
}

/// Where high begins on the map of importance and performance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Threshold {
    /// At the mean of the drivers.
    #[default]
    Mean,
    /// At their median.
    Median,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
}

/// So many random draws, from this seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draws {
    pub(super) n: u32,
    pub(super) seed: u64,
}

/// The ends of a scale of ratings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ends {
    pub(super) worst: f64,
    pub(super) best: f64,
}

/// Unchecked settings of a key driver analysis.
///
/// # Examples
///
/// ```
/// use customer_analytics::correlation::KeyDriversParams;
///
/// let params = KeyDriversParams::new("overall", ["staff", "price"]).scale(1.0, 5.0).bootstrap(1000, 7);
/// let from_a_job_file: KeyDriversParams = toml::from_str(
///     r#"target = "overall"
///        drivers = ["staff", "price"]
///        scale = { worst = 1.0, best = 5.0 }
///        bootstrap = { n = 1000, seed = 7 }"#,
/// )?;
/// assert_eq!(params, from_a_job_file);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct KeyDriversParams {
    target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    drivers: Vec<String>,
    #[serde(default = "default_methods")]
    methods: Vec<ImportanceMethod>,
    #[serde(default)]
    logit: bool,
    #[serde(default)]
    missing: MissingRows,
    #[serde(default)]
    threshold: Threshold,
    #[serde(default = "default_conf_level")]
    conf_level: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<WeightRole>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bootstrap: Option<Draws>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sampling: Option<Draws>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale: Option<Ends>,
    #[serde(default)]
    scales: BTreeMap<String, Ends>,
    #[serde(default)]
    references: BTreeMap<String, String>,
    #[serde(default)]
    groups: Vec<Group>,
}

fn default_methods() -> Vec<ImportanceMethod> {
    ImportanceMethod::LINEAR.to_vec()
}

fn default_conf_level() -> f64 {
    0.95
}

impl KeyDriversParams {
    /// Names the target and its drivers: numbers, flags, text or categories.
    pub fn new<S: Into<String>>(target: impl Into<String>, drivers: impl IntoIterator<Item = S>) -> Self {
        Self {
            target: target.into(),
            event: None,
            drivers: drivers.into_iter().map(Into::into).collect(),
            methods: default_methods(),
            logit: false,
            missing: MissingRows::default(),
            threshold: Threshold::default(),
            conf_level: default_conf_level(),
            weights: None,
            bootstrap: None,
            sampling: None,
            scale: None,
            scales: BTreeMap::new(),
            references: BTreeMap::new(),
            groups: vec![],
        }
    }

    /// Makes a target of text one of two values: 1 where it is this text, 0 where it is another.
    pub fn event(mut self, text: impl Into<String>) -> Self {
        self.event = Some(text.into());
        self
    }

    /// Which measures to compute, in the order of the report; the linear ones by default. The
    /// first that sums to the explained variance ranks the drivers and draws the map.
    pub fn methods(mut self, methods: impl IntoIterator<Item = ImportanceMethod>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Adds the relative weights of a logistic regression, for a target of two values. In a
    /// bootstrap every replicate is such a regression, which takes about as long as reading the
    /// rows ten times.
    pub fn logit(mut self, is_added: bool) -> Self {
        self.logit = is_added;
        self
    }

    /// Adds a driver of several columns of numbers that enter and leave together.
    pub fn group<S: Into<String>>(mut self, name: impl Into<String>, columns: impl IntoIterator<Item = S>) -> Self {
        self.groups.push(Group { name: name.into(), columns: columns.into_iter().map(Into::into).collect() });
        self
    }

    /// The level of a driver of text that has no dummy of its own; by default the first in the
    /// order of the texts. It changes the slopes and Johnson's weights, and nothing else.
    pub fn reference(mut self, driver: impl Into<String>, level: impl Into<String>) -> Self {
        self.references.insert(driver.into(), level.into());
        self
    }

    /// Names the column with the weights of the rows and what they stand for. Rows whose weight
    /// is missing or 0 are left out and counted.
    pub fn weights(mut self, column: impl Into<String>, kind: WeightKind) -> Self {
        self.weights = Some(WeightRole { column: column.into(), kind });
        self
    }

    /// What to do with rows that lack the target or a driver; they are left out by default.
    pub fn missing(mut self, missing: MissingRows) -> Self {
        self.missing = missing;
        self
    }

    /// Adds percentile intervals from so many resamples of the rows, 1000 or more for use.
    /// Rows are drawn in an order of their own, so that the order of the table changes nothing.
    ///
    /// Every replicate is measured in full: for LMG that is all sets of the drivers, so that each
    /// driver beyond about a dozen doubles the time.
    pub fn bootstrap(mut self, n: u32, seed: u64) -> Self {
        self.bootstrap = Some(Draws { n, seed });
        self
    }

    /// Confidence of the intervals; 0.95 by default.
    pub fn conf_level(mut self, level: f64) -> Self {
        self.conf_level = level;
        self
    }

    /// With more than 20 drivers: over how many random orders of entry, each with its reverse,
    /// LMG shares are averaged. Their standard errors are reported.
    pub fn sampling(mut self, n_pairs: u32, seed: u64) -> Self {
        self.sampling = Some(Draws { n: n_pairs, seed });
        self
    }

    /// The ends of the scale of all drivers of one number, from the worst to the best; the
    /// least and the greatest value seen by default. A driver with values beyond them is refused,
    /// unless [`scale_of`](Self::scale_of) gives it its own.
    pub fn scale(mut self, worst: f64, best: f64) -> Self {
        self.scale = Some(Ends { worst, best });
        self
    }

    /// The ends of the scale of one driver. The worst can be above the best, as for a delay.
    pub fn scale_of(mut self, driver: impl Into<String>, worst: f64, best: f64) -> Self {
        self.scales.insert(driver.into(), Ends { worst, best });
        self
    }

    /// Where high begins on the map of importance and performance; at the mean by default.
    pub fn threshold(mut self, threshold: Threshold) -> Self {
        self.threshold = threshold;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when there is no driver, one or a column is named twice or is the target, no
    /// method is given, a number is outside its range, a scale has no length, or a scale or a
    /// reference is given for what is no driver.
    pub fn check(self) -> Result<KeyDrivers> {
        let refused = |param, expected: &str, got: String| Err(Error::param(KEY_DRIVERS, param, expected, got));
        if self.drivers.is_empty() && self.groups.is_empty() {
            return refused("drivers", "at least one column", "none".into());
        }
        if let Some(group) = self.groups.iter().find(|group| group.columns.is_empty()) {
            return refused("groups", "of at least one column each", format!("none in `{}`", group.name));
        }
        self.check_names()?;
        if self.methods.is_empty() && !self.logit {
            return refused("methods", "at least one method", "none".into());
        }
        if !(self.conf_level > 0.0 && self.conf_level < 1.0) {
            return refused("conf_level", "above 0 and below 1", self.conf_level.to_string());
        }
        if let Some(draws) = self.bootstrap.filter(|draws| !REPLICATES.contains(&draws.n)) {
            return refused("bootstrap", "of 100 to 1000000 replicates", draws.n.to_string());
        }
        if let Some(draws) = self.sampling.filter(|draws| !PAIRS.contains(&draws.n)) {
            return refused("sampling", "of 2 to 10000000 pairs", draws.n.to_string());
        }
        let n_drivers = self.drivers.len() + self.groups.len();
        if n_drivers > MOST_EXACT && self.methods.contains(&ImportanceMethod::Lmg) && self.sampling.is_none() {
            return refused("sampling", "given for more than 20 drivers with LMG", format!("none for {n_drivers}"));
        }
        let scales = self.scale.iter().chain(self.scales.values());
        for ends in scales {
            let length = ends.best - ends.worst;
            if !(length.is_finite() && length != 0.0) {
                return refused("scale", "of two different numbers", format!("{} and {}", ends.worst, ends.best));
            }
        }
        Ok(KeyDrivers(self))
    }

    fn check_names(&self) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(KEY_DRIVERS, param, expected, got));
        let grouped = || self.groups.iter().flat_map(|group| &group.columns);
        let weight = self.weights.iter().map(|weights| &weights.column);
        let mut columns = BTreeSet::from([self.target.as_str()]);
        for name in self.drivers.iter().chain(grouped()).chain(weight) {
            if !columns.insert(name) {
                return refused("drivers", "columns in one role each", format!("`{name}` twice"));
            }
        }
        let names: Vec<&str> = self.driver_names().collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        if distinct.len() != names.len() {
            return refused("groups", "named unlike every other driver", "a name twice".into());
        }
        if let Some(name) = self.scales.keys().find(|name| !self.drivers.contains(name)) {
            return refused("scales", "for drivers of one column", format!("`{name}`"));
        }
        if let Some(name) = self.references.keys().find(|name| !self.drivers.contains(name)) {
            return refused("references", "for drivers of one column", format!("`{name}`"));
        }
        Ok(())
    }

    fn driver_names(&self) -> impl Iterator<Item = &str> {
        self.drivers.iter().chain(self.groups.iter().map(|group| &group.name)).map(String::as_str)
    }

    /// Checks the settings and analyses a table.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, frame: &LazyFrame) -> Result<KeyDriverReport> {
        self.check()?.run(frame)
    }
}

/// Checked settings of a key driver analysis; the only type that runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "KeyDriversParams", into = "KeyDriversParams")]
#[must_use]
pub struct KeyDrivers(KeyDriversParams);

impl KeyDrivers {
    pub(super) fn target(&self) -> &str {
        &self.0.target
    }

    pub(super) fn event(&self) -> Option<&str> {
        self.0.event.as_deref()
    }

    /// Drivers of one column, which come first, and of several.
    pub(super) fn drivers(&self) -> impl Iterator<Item = (&str, &[String])> {
        let single = self.0.drivers.iter().map(|name| (name.as_str(), std::slice::from_ref(name)));
        single.chain(self.0.groups.iter().map(|group| (group.name.as_str(), group.columns.as_slice())))
    }

    /// The measures, each once.
    pub(super) fn methods(&self) -> Vec<ImportanceMethod> {
        let logit = self.0.logit.then_some(ImportanceMethod::LogitRelativeWeights);
        let mut methods = Vec::new();
        for &method in self.0.methods.iter().chain(logit.iter()) {
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
        methods
    }

    pub(super) fn missing(&self) -> MissingRows {
        self.0.missing
    }

    pub(super) fn threshold(&self) -> Threshold {
        self.0.threshold
    }

    pub(super) fn conf_level(&self) -> f64 {
        self.0.conf_level
    }

    pub(super) fn weights(&self) -> Option<&WeightRole> {
        self.0.weights.as_ref()
    }

    pub(super) fn bootstrap(&self) -> Option<Draws> {
        self.0.bootstrap
    }

    pub(super) fn sampling(&self) -> Option<Draws> {
        self.0.sampling
    }

    /// The stated ends of the scale of a driver.
    pub(super) fn scale(&self, driver: &str) -> Option<Ends> {
        self.0.scales.get(driver).copied().or(self.0.scale)
    }

    pub(super) fn reference(&self, driver: &str) -> Option<&str> {
        self.0.references.get(driver).map(String::as_str)
    }

    /// Whether a driver has a scale of its own.
    pub(super) fn has_own_scale(&self, driver: &str) -> bool {
        self.0.scales.contains_key(driver)
    }
}

impl TryFrom<KeyDriversParams> for KeyDrivers {
    type Error = Error;

    fn try_from(params: KeyDriversParams) -> Result<Self> {
        params.check()
    }
}

impl From<KeyDrivers> for KeyDriversParams {
    fn from(drivers: KeyDrivers) -> Self {
        drivers.0
    }
}

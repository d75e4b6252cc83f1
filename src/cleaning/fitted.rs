//! A cleaning that has learned what its rules need.

use serde::{Deserialize, Serialize};

use crate::cleaning::input::CleaningInput;
use crate::cleaning::learned::Learned;
use crate::cleaning::{Cleaned, CleaningParams, CleaningPlan};
use crate::error::{Error, Result};
use crate::frame::saved::SavedForm;

const FORM: SavedForm = SavedForm {
    what: "fitted cleaning",
    no_such: "not a fitted cleaning, which has a `format` and comes from `fit`",
    format: 1,
};

/// A cleaning with what its rules learned on one frame, to be applied to others.
///
/// Medians, bounds and levels come from the frame it was fitted on and from no other, so
/// that a test set or next month's file is cleaned by the same numbers. It is serde-able:
/// saved as JSON beside the model that was trained on what it cleaned, it gives the same
/// rows again. Rules that compare rows, such as duplicates, learn nothing and look at the
/// frame they are applied to.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, Fill, FittedCleaning};
/// use customer_analytics::polars::prelude::*;
///
/// let train = df!("age" => [Some(20.0), Some(40.0), None])?;
/// let fitted = CleaningParams::new().rule(Fill::new(["age"]).median()).fit(train)?;
/// let saved = fitted.to_json();
///
/// let test = df!("age" => [None, Some(90.0)])?;
/// let (clean, _, _) = FittedCleaning::from_json(&saved)?.run(test)?.into_parts();
/// assert_eq!(clean.column("age")?.f64()?.get(0), Some(30.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct FittedCleaning {
    params: CleaningParams,
    learned: Vec<Learned>,
}

/// As it lies in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    format: u32,
    cleaning: CleaningParams,
    /// One entry per rule.
    learned: Vec<Learned>,
}

impl FittedCleaning {
    pub(crate) fn new(params: CleaningParams, learned: Vec<Learned>) -> Self {
        Self { params, learned }
    }

    /// The settings.
    pub fn params(&self) -> &CleaningParams {
        &self.params
    }

    /// What the rules learned, one entry per rule.
    #[must_use]
    pub fn learned(&self) -> &[Learned] {
        &self.learned
    }

    /// The fitted cleaning as JSON, to be kept beside the model trained on what it cleaned.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Settings, names and numbers: nothing in it can fail to be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a fitted cleaning that was saved.
    ///
    /// # Errors
    /// `Format` when the text is no fitted cleaning, was saved by a later version, or what was
    /// learned does not fit the rules.
    pub fn from_json(text: &str) -> Result<Self> {
        FORM.read(text)
    }

    /// Describes the cleaning of another frame by what was learned.
    ///
    /// # Errors
    /// Those of [`Cleaning::plan`](crate::cleaning::Cleaning::plan); `Schema` also when a column has
    /// another type than the one that was learned from.
    pub fn plan(&self, input: impl Into<CleaningInput>) -> Result<CleaningPlan> {
        CleaningPlan::new(&self.params, input.into(), Some(&self.learned))
    }

    /// Plans and runs.
    ///
    /// # Errors
    /// Those of [`plan`](Self::plan) and [`CleaningPlan::collect`].
    pub fn run(&self, input: impl Into<CleaningInput>) -> Result<Cleaned> {
        self.plan(input)?.collect()
    }
}

impl TryFrom<Saved> for FittedCleaning {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self> {
        FORM.check(saved.format)?;
        let params: CleaningParams = saved.cleaning.check()?.into();
        if saved.learned.len() != params.rules.len() {
            let (n_learned, n_rules) = (saved.learned.len(), params.rules.len());
            return Err(FORM.refused(format!("{n_learned} learned entries for {n_rules} rule(s); fit it again")));
        }
        for (place, (rule, learned)) in params.rules.iter().zip(&saved.learned).enumerate() {
            if rule.learns() == learned.columns.is_empty() {
                let rule = rule.name();
                return Err(
                    FORM.refused(format!("rule {} `{rule}` and what it learned do not fit; fit it again", place + 1))
                );
            }
        }
        Ok(Self { params, learned: saved.learned })
    }
}

impl From<FittedCleaning> for Saved {
    fn from(fitted: FittedCleaning) -> Self {
        Self { format: FORM.format, cleaning: fitted.params, learned: fitted.learned }
    }
}

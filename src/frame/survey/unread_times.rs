//! Texts that are no time in the stated format, as a column that tells by itself how it was read.
//!
//! It has a category where a text does not fit and null elsewhere; the category is the role with
//! its format. So whoever is handed a query, and nothing else, can say what did not fit.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::roles::OutOfScale;
use crate::error::{Error, Result};

/// The name of the column.
pub(crate) const UNREAD_TIME: &str = "time that was not read";

/// How the times of a survey are read from text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimeReading {
    pub(super) column: String,
    pub(super) format: String,
    pub(super) policy: OutOfScale,
}

impl TimeReading {
    /// A category where there is a text that was not read as a time; blank ones are missing.
    pub(super) fn expr(&self, time: Expr) -> PolarsResult<Expr> {
        let how = serde_json::to_string(self).map_err(|error| polars_err!(ComputeError: "{error}"))?;
        let dtype = DataType::from_frozen_categories(FrozenCategories::new([how.as_str()])?);
        let has_text = col(self.column.as_str()).str().strip_chars(lit(Null {})).str().len_bytes().gt(lit(0_u32));
        let unread = when(has_text.and(time.is_null())).then(lit(how).cast(dtype.clone()));
        Ok(unread.otherwise(lit(Null {}).cast(dtype)).alias(UNREAD_TIME))
    }

    /// The reading behind such a column; `None` for any other type.
    pub(crate) fn of(dtype: &DataType) -> Option<Self> {
        let DataType::Enum(categories, _) = dtype else { return None };
        let texts = categories.categories();
        (texts.len() == 1).then(|| serde_json::from_str(texts.value(0)).ok()).flatten()
    }

    /// What is wrong with such a text.
    pub(super) fn problem(&self) -> String {
        format!("`{}` does not fit `{}`", self.column, self.format)
    }

    /// Refuses times that were not read, unless they are to be set aside.
    ///
    /// # Errors
    /// `Unusable` with the column, the format and the count.
    pub(crate) fn check(&self, analysis: &'static str, n: u64) -> Result<()> {
        if self.policy == OutOfScale::Quarantine || n == 0 {
            return Ok(());
        }
        let reason = format!(
            "column `{}` has {n} time(s) that do not fit `{}`; mend them, state another `SurveyColumns::time_format`, \
             or set them aside by `SurveyColumns::out_of_scale(OutOfScale::Quarantine)`",
            self.column, self.format
        );
        Err(Error::Unusable { analysis, reason })
    }
}

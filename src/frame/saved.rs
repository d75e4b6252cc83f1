//! Saved results read back: the version first, then the rest.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// How something is saved: as JSON with a number of its `format`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SavedForm {
    /// What is saved, in errors.
    pub(crate) what: &'static str,
    /// What a text without a format is not.
    pub(crate) no_such: &'static str,
    /// The one format that is written and read.
    pub(crate) format: u32,
}

impl SavedForm {
    /// Why a text is not read.
    pub(crate) fn refused(&self, reason: impl Into<String>) -> Error {
        Error::Format { what: self.what, reason: reason.into() }
    }

    /// Refuses what another version has saved.
    pub(crate) fn check(&self, format: u32) -> Result<()> {
        if format == self.format {
            return Ok(());
        }
        let known = self.format;
        Err(self.refused(format!("saved in format {format}, but this version reads format {known}; fit it again")))
    }

    /// Reads what was saved.
    ///
    /// The format is checked before anything else: what a later version has added would only
    /// be an unknown key otherwise.
    pub(crate) fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let version: Version =
            serde_json::from_str(text).map_err(|error| self.refused(format!("{}: {error}", self.no_such)))?;
        self.check(version.format)?;
        serde_json::from_str(text).map_err(|error| self.refused(error.to_string()))
    }
}

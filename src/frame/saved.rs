//! Saved results read back: the version first, then the rest.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Reads what was saved as JSON with a number of its `format`.
///
/// The format is checked before anything else: what a later version has added would only
/// be an unknown key otherwise. `no_such` says what a text without a format is not.
pub(crate) fn read_saved<T: DeserializeOwned>(
    text: &str,
    what: &'static str,
    no_such: &str,
    check_format: impl FnOnce(u32) -> Result<()>,
) -> Result<T> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let refused = |reason: String| Error::Format { what, reason };
    let version: Version = serde_json::from_str(text).map_err(|error| refused(format!("{no_such}: {error}")))?;
    check_format(version.format)?;
    serde_json::from_str(text).map_err(|error| refused(error.to_string()))
}

//! Checks that the settings of several analyses of surveys share.

use crate::error::{Error, Result};

pub(super) fn check_conf_level(analysis: &'static str, conf_level: f64) -> Result<()> {
    if conf_level > 0.0 && conf_level < 1.0 {
        return Ok(());
    }
    Err(Error::param(analysis, "conf_level", "above 0 and below 1", conf_level))
}

/// Answers up to one are those of detractors, those from another one on of promoters.
pub(super) fn check_cut_order(analysis: &'static str, detractors_to: i32, promoters_from: i32) -> Result<()> {
    if detractors_to < promoters_from {
        return Ok(());
    }
    let got = format!("{detractors_to} and {promoters_from}");
    Err(Error::param(analysis, "cuts", "detractors below promoters", got))
}

//! The one currency of the amounts.

use polars::prelude::*;

use super::params::Activity;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::columns::CURRENCY;

/// The currency met so far, and the rows without one.
///
/// Amounts of two currencies are never added up, and an amount without one is not taken
/// for one of the others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Currency {
    met: Option<String>,
    n_missing: u64,
}

impl Currency {
    /// That of one batch; nothing is missing where the log does not have the role.
    pub(crate) fn of(frame: &DataFrame) -> Result<Self> {
        let Ok(column) = frame.column(CURRENCY) else { return Ok(Self::default()) };
        let column = column.str().map_err(Error::query(Activity::NAME))?;
        let n_missing = column.null_count() as u64;
        column.iter().flatten().try_fold(Self { met: None, n_missing }, |so_far, next| match &so_far.met {
            Some(met) if met == next => Ok(so_far),
            Some(_) => Err(two_currencies()),
            None => Ok(Self { met: Some(next.to_owned()), ..so_far }),
        })
    }

    /// That of both, if they agree.
    pub(crate) fn merge(self, other: Self) -> Result<Self> {
        match (&self.met, &other.met) {
            (Some(mine), Some(theirs)) if mine != theirs => Err(two_currencies()),
            _ => Ok(Self { n_missing: self.n_missing + other.n_missing, met: self.met.or(other.met) }),
        }
    }

    /// The one currency; `None` when the log does not have the role.
    pub(crate) fn check(self) -> Result<Option<String>> {
        match self.n_missing {
            0 => Ok(self.met),
            rows => Err(Error::Incomplete {
                analysis: Activity::NAME,
                rows,
                needed: "a currency",
                remedy: "fill it, remove the rows, or leave out the role `currency`",
            }),
        }
    }
}

/// Which two they are would depend on the order of the rows.
fn two_currencies() -> Error {
    let reason = "amounts in more than one currency; convert them to one, or filter the log".to_owned();
    Error::Unusable { analysis: Activity::NAME, reason }
}

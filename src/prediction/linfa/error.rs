//! What goes wrong in estimators, ours behind linfa's traits and those of others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::LINFA;
use crate::error::{Error, Result};

/// What our estimators give behind linfa's traits, which ask for an error that linfa's own turn
/// into.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EstimatorError {
    /// One of ours.
    #[error(transparent)]
    Own(#[from] Error),
    /// One of linfa, as its cross-validation has them.
    #[error(transparent)]
    Linfa(#[from] ::linfa::Error),
}

/// A refusal of an estimator as one of ours, on one line.
pub(super) fn refused(error: impl std::error::Error + 'static) -> Error {
    let told = |error: &dyn std::error::Error| {
        let reason = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        unusable(format!("the estimator refused: {reason}"))
    };
    let error: Box<dyn std::error::Error> = Box::new(error);
    match error.downcast::<EstimatorError>() {
        Ok(own) => match *own {
            EstimatorError::Own(error) => error,
            EstimatorError::Linfa(error) => told(&error),
        },
        Err(error) => told(error.as_ref()),
    }
}

pub(super) fn unusable(reason: String) -> Error {
    Error::Unusable { analysis: LINFA, reason }
}

/// Runs code of an estimator; estimators of linfa assert what they could refuse.
pub(super) fn guarded<T>(step: &str, run: impl FnOnce() -> T) -> Result<T> {
    // Nothing that the closure has touched is used again once it has panicked.
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| {
        unusable(format!(
            "the estimator panicked in `{step}`; see whether it takes tables of this width, and targets of this type"
        ))
    })
}

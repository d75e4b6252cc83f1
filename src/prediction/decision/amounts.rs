//! Ranges of money, and what errors say about them.

use crate::error::{Error, Result};
use crate::frame::readable::{grouped, shown_digits};
use crate::kernel::decision::cost_matrix_threshold;
use crate::kernel::money::LARGEST_AMOUNT;
use crate::kernel::undefined::Undefined;

/// The name that errors give.
pub(super) const DECISION: &str = "decision";

/// A cost: 0 or more, at most 10^15.
pub(super) fn check_cost(param: &'static str, cost: f64) -> Result<()> {
    if (0.0..=LARGEST_AMOUNT).contains(&cost) {
        return Ok(());
    }
    Err(Error::param(DECISION, param, "in 0..=1e15", cost))
}

/// What a customer is worth: above what is to be spent on them, at most 10^15.
pub(super) fn check_worth(param: &'static str, worth: f64, above: f64, named: &str) -> Result<()> {
    if worth > above && worth <= LARGEST_AMOUNT {
        return Ok(());
    }
    Err(Error::param(DECISION, param, format!("above {named} ({above}) and at most 1e15"), worth))
}

/// What a number that is not there means for whoever asked for it.
pub(super) fn refused(what: &str, undefined: &Undefined) -> Error {
    let remedy = match undefined {
        Undefined::NotFinite => "; leave out rows with NaN or infinite scores",
        Undefined::TooFew { .. } => {
            "; give one score, and where they are asked for one label and one worth, for every customer"
        }
        Undefined::Overflow => "; state amounts in a larger unit of money",
        _ => "",
    };
    Error::Unusable { analysis: DECISION, reason: format!("{what} is undefined: {undefined}{remedy}") }
}

/// Probabilities as they should be; how many are not is told.
pub(super) fn check_probs(probs: &[f64]) -> Result<()> {
    let n = probs.iter().filter(|prob| !(0.0..=1.0).contains(*prob)).count();
    if n == 0 {
        return Ok(());
    }
    let reason = format!("{n} of {} probabilities are not in 0..=1; calibrate scores first", probs.len());
    Err(Error::Unusable { analysis: DECISION, reason })
}

/// The probability above which predicting the event is the cheaper mistake, from the costs of the
/// four outcomes; a gain is a negative cost.
///
/// ```text
/// p > (false_positive - true_negative) / ((false_positive - true_negative) + (false_negative - true_positive))
/// ```
///
/// # Errors
/// `Unusable` unless all costs are finite, `false_positive > true_negative` and `false_negative >
/// true_positive`.
///
/// # References
/// C. Elkan (2001), "The foundations of cost-sensitive learning", IJCAI 17, 973-978.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::decision::cost_threshold;
///
/// // A needless call costs 2, a missed leaver 18: call from one in ten on.
/// assert_eq!(cost_threshold(0.0, 2.0, 18.0, 0.0)?, 0.1);
/// # Ok::<(), customer_analytics::error::Error>(())
/// ```
pub fn cost_threshold(true_positive: f64, false_positive: f64, false_negative: f64, true_negative: f64) -> Result<f64> {
    cost_matrix_threshold(true_positive, false_positive, false_negative, true_negative).map_err(|undefined| {
        let reason = match undefined {
            Undefined::NotPositive => "the threshold is undefined, as a mistake costs no more than the right prediction; \
                                       give costs with `false_positive` above `true_negative` and `false_negative` above `true_positive`"
                .to_owned(),
            _ => "the threshold is undefined, as a cost is not finite; give finite costs".to_owned(),
        };
        Error::Unusable { analysis: DECISION, reason }
    })
}

/// An amount of money to read: thousands apart and without decimals from 1,000 on.
pub(super) fn shown_money(amount: f64) -> String {
    let size = amount.abs().round();
    if !(1e3..1e15).contains(&size) {
        return shown_digits(Some(amount), 5);
    }
    format!("{}{}", if amount < 0.0 { "-" } else { "" }, grouped(size as u64))
}

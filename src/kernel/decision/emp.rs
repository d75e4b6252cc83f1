//! The most that a retention campaign can earn with a ranking, at a known acceptance and expected
//! over an uncertain one.
//!
//! Notation: `n` customers; contacting those with the highest scores reaches `tp` who leave and
//! `fp` who stay; `gamma` in 0..1 the share of contacted leavers who accept, with density `h` of
//! the beta distribution `(alpha, beta)`; `I_x` its incomplete integral, `m = alpha / (alpha +
//! beta)` its mean.
//!
//! ```text
//! P(tp, fp; gamma) = ((gamma (CLV - d) - f) tp - (d + f) fp) / n         profit per customer
//! EMP = integral of max over cut-offs of P(tp, fp; gamma) h(gamma) d gamma
//! eta = integral of (tp + fp) / n at the best cut-off, h(gamma) d gamma
//! ```
//! As a function of `gamma` the maximum is convex and of straight pieces, one for each corner of
//! the convex hull of the ROC curve: the step of `dtp` and `dfp` to the next corner pays from
//! `g = (f dtp + (d + f) dfp) / ((CLV - d) dtp)` on. So the integral is a sum of positive terms,
//!
//! ```text
//! EMP = (CLV - d) / n * sum of dtp E[(gamma - g)+],  E[(gamma - g)+] = m (1 - I_g(alpha + 1, beta)) - g (1 - I_g(alpha, beta))
//! eta = 1 / n * sum of (dtp + dfp) (1 - I_g(alpha, beta))
//! ```
//! which is exact, without any integration by steps. The hull is found in whole numbers.
//! T. Verbraken, W. Verbeke & B. Baesens (2013), "A novel profit maximizing metric for measuring
//! classification performance of customer churn prediction models", IEEE Transactions on Knowledge
//! and Data Engineering 25(5), 961-973, eq. (11) to (18).

use serde::Serialize;

use super::steps::{Descending, same_length};
use crate::kernel::distribution::beta;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// The money of a retention campaign, the same for every customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetentionTerms {
    /// Value of a customer who stays.
    pub clv: f64,
    /// Cost of the incentive, when it is taken.
    pub incentive: f64,
    /// Cost of contacting one customer.
    pub contact_cost: f64,
}

/// What a ranking earns when for every acceptance the best share of customers is contacted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExpectedMaximumProfit {
    /// Money per customer of the whole table, contacted or not.
    pub profit_per_customer: f64,
    /// Share of the customers to contact, 0..=1.
    pub contacted_share: f64,
}

/// A corner of the convex hull: leavers and stayers above a cut-off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Corner {
    leavers: u64,
    stayers: u64,
}

impl Corner {
    /// Steps up and to the right from another corner.
    fn steps_from(self, other: Self) -> (i128, i128) {
        (i128::from(self.leavers - other.leavers), i128::from(self.stayers - other.stayers))
    }
}

/// The expected maximum profit of a ranking for churn, EMPC; `labels` are true for those who left,
/// and the acceptance of a contacted leaver is distributed as beta `(alpha, beta)`.
///
/// Contacting nobody is among the choices, so it is never negative: 0 where nobody leaves.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows or slices of two lengths; [`Undefined::NotFinite`] for a
/// score that is NaN or money that is not finite; [`Undefined::NotPositive`] unless `clv` is above
/// `incentive` and `alpha` and `beta` are positive; [`Undefined::OutOfRange`] for negative costs;
/// [`Undefined::Overflow`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::decision::{RetentionTerms, expected_maximum_profit};
///
/// // One of two leaves and is ranked first. Every acceptance g is as likely, and the contact pays
/// // from g = (20 + 0) / 100 on: 100 / 2 * integral of (g - 0.2) from 0.2 to 1.
/// let terms = RetentionTerms { clv: 100.0, incentive: 0.0, contact_cost: 20.0 };
/// let best = expected_maximum_profit(&[true, false], &[0.9, 0.1], terms, 1.0, 1.0)?;
/// assert!((best.profit_per_customer - 16.0).abs() < 1e-12);
/// assert!((best.contacted_share - 0.4).abs() < 1e-12);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn expected_maximum_profit(
    labels: &[bool],
    scores: &[f64],
    terms: RetentionTerms,
    alpha: f64,
    beta: f64,
) -> Result<ExpectedMaximumProfit, Undefined> {
    check(terms)?;
    let hull = hull(labels, scores)?;
    let RetentionTerms { clv, incentive, contact_cost } = terms;
    let (gain, loss) = (clv - incentive, incentive + contact_cost);
    let (mut profit, mut contacted) = (CompensatedSum::default(), CompensatedSum::default());
    for pair in hull.windows(2) {
        let (leavers, stayers) = pair[1].steps_from(pair[0]);
        let (leavers, stayers) = (leavers as f64, stayers as f64);
        // Ratios first, so that no product is beyond the largest double.
        let from = contact_cost / gain + loss / gain * (stayers / leavers);
        if !(from < 1.0) {
            break;
        }
        let (accepted, above) = above(from, alpha, beta)?;
        profit.add(leavers * above);
        contacted.add((leavers + stayers) * accepted);
    }
    let n = labels.len() as f64;
    let profit_per_customer = gain * (profit.value() / n);
    if !profit_per_customer.is_finite() {
        return Err(Undefined::Overflow);
    }
    Ok(ExpectedMaximumProfit { profit_per_customer, contacted_share: (contacted.value() / n).clamp(0.0, 1.0) })
}

fn check(terms: RetentionTerms) -> Result<(), Undefined> {
    let RetentionTerms { clv, incentive, contact_cost } = terms;
    if !(clv.is_finite() && incentive.is_finite() && contact_cost.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    if !(incentive >= 0.0 && contact_cost >= 0.0) {
        return Err(Undefined::OutOfRange);
    }
    if !(clv > incentive) {
        return Err(Undefined::NotPositive);
    }
    if (incentive + contact_cost).is_finite() { Ok(()) } else { Err(Undefined::Overflow) }
}

/// The probability that `gamma` is above `from`, and the expectation of what it is above it.
fn above(from: f64, alpha: f64, beta: f64) -> Result<(f64, f64), Undefined> {
    let tail = |alpha: f64| beta::ln_tails(alpha, beta, from, 1.0 - from).map(|tails| tails.upper.exp());
    let accepted = tail(alpha)?;
    if !(alpha.is_finite() && beta.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    // Infinite sums would give a mean of 0 where both parameters are beyond half the doubles.
    let mean = 1.0 / (1.0 + beta / alpha);
    Ok((accepted, (mean * tail(alpha + 1.0)? - from * accepted).max(0.0)))
}

/// Corners of the upper convex hull of the ROC curve, from nobody up to the last that adds leavers.
fn hull(labels: &[bool], scores: &[f64]) -> Result<Vec<Corner>, Undefined> {
    same_length(labels.len(), scores.len())?;
    let mut hull = vec![Corner::default()];
    let mut at = Corner::default();
    Descending::default().for_each(scores, |rows| {
        let leavers = rows.iter().filter(|&&row| labels[row as usize]).count() as u64;
        at.leavers += leavers;
        at.stayers += rows.len() as u64 - leavers;
        // A step without leavers never pays, so it ends no piece of the hull.
        if leavers > 0 {
            push(&mut hull, at);
        }
    })?;
    Ok(hull)
}

/// Adds a corner and takes out those that it leaves below the hull or on a straight line.
fn push(hull: &mut Vec<Corner>, corner: Corner) {
    while let [.., before, last] = hull.as_slice() {
        let (up, right) = last.steps_from(*before);
        let (next_up, next_right) = corner.steps_from(*last);
        if up * next_right > next_up * right {
            break;
        }
        hull.pop();
    }
    hull.push(corner);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCORES: [f64; 8] = [0.9, 0.8, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2];
    const LABELS: [bool; 8] = [true, true, false, true, false, false, true, false];
    const USUAL: RetentionTerms = RetentionTerms { clv: 200.0, incentive: 10.0, contact_cost: 1.0 };

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-13, "{found} {expected}");
    }

    /// By hand: of the points (stayers, leavers) = (0,1) (1,2) (1,3) (3,3) (3,4) (4,4) the corners
    /// are (0,1), (1,3), (3,4). With CLV 100, d 20, f 2 the steps pay from 2/80, (4 + 22)/160 and
    /// (2 + 44)/80 on; with every acceptance as likely E[(gamma - g)+] = (1 - g)^2 / 2.
    #[test]
    fn the_hull_and_the_profit_are_those_by_hand() {
        let corner = |stayers, leavers| Corner { leavers, stayers };
        assert_eq!(hull(&LABELS, &SCORES).unwrap(), [corner(0, 0), corner(0, 1), corner(1, 3), corner(3, 4)]);
        let terms = RetentionTerms { clv: 100.0, incentive: 20.0, contact_cost: 2.0 };
        let found = expected_maximum_profit(&LABELS, &SCORES, terms, 1.0, 1.0).unwrap();
        close(found.profit_per_customer, 12.670_312_5);
        close(found.contacted_share, 0.595_312_5);
    }

    /// Oracle: mpmath 1.4.1, 30 digits, numerical integration of the best of all cut-offs between
    /// the acceptances where it changes, without a hull.
    #[test]
    fn profits_agree_with_numerical_integration() {
        let found = expected_maximum_profit(&LABELS, &SCORES, USUAL, 6.0, 14.0).unwrap();
        close(found.profit_per_customer, 23.885_492_203_841_515);
        close(found.contacted_share, 0.867_098_802_122_570_3);
        let found = expected_maximum_profit(&LABELS, &SCORES, USUAL, 0.5, 0.5).unwrap();
        close(found.profit_per_customer, 43.436_740_724_431_12);
        close(found.contacted_share, 0.739_974_370_174_820_9);
    }

    #[test]
    fn a_single_class_has_an_answer() {
        let nobody = expected_maximum_profit(&[false; 3], &[0.1, 0.2, 0.3], USUAL, 6.0, 14.0).unwrap();
        assert_eq!((nobody.profit_per_customer, nobody.contacted_share), (0.0, 0.0));
        // Everybody leaves: 190 E[(gamma - 1/190)+], nearly 190 * 0.3 - 1.
        let all = expected_maximum_profit(&[true; 3], &[0.1, 0.2, 0.3], USUAL, 6.0, 14.0).unwrap();
        assert!((all.profit_per_customer - 56.0).abs() < 1e-6 && all.contacted_share > 0.999_999);
    }

    #[test]
    fn an_offer_dearer_than_what_it_keeps_earns_nothing() {
        let terms = RetentionTerms { contact_cost: 500.0, ..USUAL };
        let found = expected_maximum_profit(&LABELS, &SCORES, terms, 6.0, 14.0).unwrap();
        assert_eq!((found.profit_per_customer, found.contacted_share), (0.0, 0.0));
    }

    #[test]
    fn what_cannot_be_computed_says_why() {
        let profit = |labels: &[bool], scores: &[f64], terms, alpha| {
            expected_maximum_profit(labels, scores, terms, alpha, 14.0).unwrap_err()
        };
        assert_eq!(profit(&[], &[], USUAL, 6.0), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(profit(&[true], &[], USUAL, 6.0), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(profit(&[true], &[f64::NAN], USUAL, 6.0), Undefined::NotFinite);
        assert_eq!(profit(&LABELS, &SCORES, USUAL, 0.0), Undefined::NotPositive);
        assert_eq!(profit(&LABELS, &SCORES, USUAL, f64::INFINITY), Undefined::NotFinite);
        assert_eq!(profit(&LABELS, &SCORES, RetentionTerms { clv: 10.0, ..USUAL }, 6.0), Undefined::NotPositive);
        assert_eq!(profit(&LABELS, &SCORES, RetentionTerms { incentive: -1.0, ..USUAL }, 6.0), Undefined::OutOfRange);
        assert_eq!(profit(&LABELS, &SCORES, RetentionTerms { clv: f64::NAN, ..USUAL }, 6.0), Undefined::NotFinite);
        let huge = RetentionTerms { clv: f64::MAX, incentive: 0.0, contact_cost: 0.0 };
        let found = expected_maximum_profit(&LABELS, &SCORES, huge, 6.0, 14.0).unwrap();
        assert!(found.profit_per_customer.is_finite());
    }

    proptest! {
        /// A narrow distribution of the acceptance is a known one: the maximum over all cut-offs.
        #[test]
        fn with_a_known_acceptance_it_is_the_maximum_profit(
            rows in prop::collection::vec((0_u8..6, any::<bool>()), 1..40), gamma in 0.05..0.95,
        ) {
            let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
            let sharp = 1e9;
            let found = expected_maximum_profit(&labels, &scores, USUAL, gamma * sharp, (1.0 - gamma) * sharp).unwrap();
            let profit_from = |cutoff: f64| -> f64 {
                let taken = rows.iter().filter(|row| f64::from(row.0) >= cutoff);
                taken.map(|row| if row.1 { gamma * 190.0 - 1.0 } else { -11.0 }).sum()
            };
            let best = scores.iter().map(|&cutoff| profit_from(cutoff)).fold(0.0, f64::max) / rows.len() as f64;
            prop_assert!((found.profit_per_customer - best).abs() < 0.01, "{:?} {}", found, best);
            prop_assert!(found.profit_per_customer >= best - 1e-9, "of a convex function, by Jensen");
        }

        #[test]
        fn order_rank_and_doubling_change_nothing(
            rows in prop::collection::vec((0_u8..6, any::<bool>()), 1..40),
        ) {
            let of = |rows: &[(u8, bool)], score: fn(f64) -> f64| {
                let scores: Vec<f64> = rows.iter().map(|row| score(f64::from(row.0))).collect();
                let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
                expected_maximum_profit(&labels, &scores, USUAL, 6.0, 14.0).unwrap()
            };
            let found = of(&rows, |score| score);
            let reversed: Vec<_> = rows.iter().rev().copied().collect();
            prop_assert_eq!(of(&reversed, f64::exp), found);
            let doubled = of(&rows.repeat(2), |score| score);
            prop_assert!((doubled.profit_per_customer - found.profit_per_customer).abs() <= 1e-13 * found.profit_per_customer);
        }
    }
}

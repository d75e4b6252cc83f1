//! What one contact is worth, and from which probability on it pays.
//!
//! Notation: `p` the probability of the event (the customer leaves, or buys), `V1` and `V0` what a
//! contact earns over no contact when the event comes and when it does not.
//!
//! ```text
//! expected profit = p V1 + (1 - p) V0 > 0   <=>   p > -V0 / (V1 - V0),  where V1 > V0
//! retention:  V1 = gamma (CLV - d) - f,  V0 = -(d + f):  p > (d + f) / (gamma (CLV - d) + d)
//! purchase:   V1 = margin - cost,        V0 = -cost:     p > cost / margin
//! cost matrix (Elkan):  p > (c_fp - c_tn) / ((c_fp - c_tn) + (c_fn - c_tp))
//! ```
//! In a retention campaign everybody contacted costs `f`. A customer who would have stayed takes the
//! incentive `d` and stays anyway; one about to leave takes it with probability `gamma`, and then
//! stays and brings `CLV - d`. W. Verbeke, K. Dejaeger, D. Martens, J. Hur & B. Baesens (2012), "New
//! insights into churn prediction in the telecommunication sector: a profit driven data mining
//! approach", European Journal of Operational Research 218(1), 211-229; C. Elkan (2001), "The
//! foundations of cost-sensitive learning", IJCAI 17, 973-978.

use crate::kernel::undefined::Undefined;

/// What a contact earns over no contact, with the event and without it.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::decision::ContactValue;
///
/// // A customer is worth 200, the incentive costs 10, the contact 1, and 3 of 10 leavers accept.
/// let value = ContactValue::retention(200.0, 10.0, 1.0, 0.3)?;
/// assert_eq!((value.with_event, value.without_event), (56.0, -11.0));
/// assert_eq!(value.threshold(), Ok(11.0 / 67.0));
/// assert_eq!(value.expected_profit(0.5), 22.5);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContactValue {
    /// Profit when the event comes.
    pub with_event: f64,
    /// Profit when it does not, a loss as a rule.
    pub without_event: f64,
}

impl ContactValue {
    /// Any two profits.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`].
    pub fn new(with_event: f64, without_event: f64) -> Result<Self, Undefined> {
        if with_event.is_finite() && without_event.is_finite() {
            Ok(Self { with_event, without_event })
        } else {
            Err(Undefined::NotFinite)
        }
    }

    /// A customer of the value `clv` who is offered an incentive to stay, which costs
    /// `incentive` when taken, beside `contact_cost`; one about to leave takes it with the
    /// probability `acceptance`.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`]; [`Undefined::NotPositive`] unless `clv` is above `incentive`, as
    /// nobody is worth keeping for less than that takes; [`Undefined::OutOfRange`] for negative
    /// costs and an acceptance outside 0..=1; [`Undefined::Overflow`].
    pub fn retention(clv: f64, incentive: f64, contact_cost: f64, acceptance: f64) -> Result<Self, Undefined> {
        if [clv, incentive, contact_cost, acceptance].iter().any(|number| !number.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        if !(incentive >= 0.0 && contact_cost >= 0.0 && (0.0..=1.0).contains(&acceptance)) {
            return Err(Undefined::OutOfRange);
        }
        if !(clv > incentive) {
            return Err(Undefined::NotPositive);
        }
        let with_event = acceptance.mul_add(clv - incentive, -contact_cost);
        Self::new(with_event, -(incentive + contact_cost)).map_err(|_| Undefined::Overflow)
    }

    /// A customer who brings `margin` when they buy, and costs `contact_cost` to reach.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`]; [`Undefined::NotPositive`] unless the margin is;
    /// [`Undefined::OutOfRange`] for a negative cost.
    pub fn purchase(margin: f64, contact_cost: f64) -> Result<Self, Undefined> {
        if !margin.is_finite() || !contact_cost.is_finite() {
            return Err(Undefined::NotFinite);
        }
        if !(contact_cost >= 0.0) {
            return Err(Undefined::OutOfRange);
        }
        if !(margin > 0.0) {
            return Err(Undefined::NotPositive);
        }
        Self::new(margin - contact_cost, -contact_cost)
    }

    /// The probability above which a contact pays; 1 or more where none does.
    ///
    /// # Errors
    /// [`Undefined::NotPositive`] unless the event makes the contact worth more.
    pub fn threshold(&self) -> Result<f64, Undefined> {
        // Halves, whose difference is never beyond the largest double.
        let gain = 0.5 * self.with_event - 0.5 * self.without_event;
        if gain > 0.0 { Ok(-0.5 * self.without_event / gain) } else { Err(Undefined::NotPositive) }
    }

    /// What a contact is expected to earn at this probability of the event.
    #[must_use]
    pub fn expected_profit(&self, prob: f64) -> f64 {
        prob.mul_add(self.with_event, (1.0 - prob) * self.without_event)
    }

    /// What a contact earned, now that it is known whether the event came.
    #[must_use]
    pub fn realised_profit(&self, event: bool) -> f64 {
        if event { self.with_event } else { self.without_event }
    }
}

/// The probability above which predicting the event costs less than predicting none, from the
/// costs of the four outcomes; gains are negative costs.
///
/// # Errors
/// [`Undefined::NotFinite`]; [`Undefined::NotPositive`] unless each kind of mistake costs more
/// than the right prediction in its place (`false_positive > true_negative` and `false_negative >
/// true_positive`), without which one of the two predictions is always the cheaper one.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::decision::cost_matrix_threshold;
///
/// // A needless call costs 2, a missed leaver 18: call from one in ten on.
/// assert_eq!(cost_matrix_threshold(0.0, 2.0, 18.0, 0.0), Ok(0.1));
/// ```
pub fn cost_matrix_threshold(
    true_positive: f64,
    false_positive: f64,
    false_negative: f64,
    true_negative: f64,
) -> Result<f64, Undefined> {
    if [true_positive, false_positive, false_negative, true_negative].iter().any(|cost| !cost.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let needless = 0.25 * false_positive - 0.25 * true_negative;
    let missed = 0.25 * false_negative - 0.25 * true_positive;
    // Quarters of subnormal costs can be equal where the costs are not.
    let (needless, missed) = if needless.abs().max(missed.abs()) < 1e-290 {
        (false_positive - true_negative, false_negative - true_positive)
    } else {
        (needless, missed)
    };
    if needless > 0.0 && missed > 0.0 { Ok(needless / (needless + missed)) } else { Err(Undefined::NotPositive) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: by hand. CLV 100, d 20, f 2, gamma 1/2: a leaver earns 40 - 2 = 38, a stayer loses
    /// 22; at 22/60 the two balance: 22/60 * 38 = 13.9333 = 38/60 * 22.
    #[test]
    fn at_the_threshold_of_a_retention_offer_profit_and_loss_balance() {
        let value = ContactValue::retention(100.0, 20.0, 2.0, 0.5).unwrap();
        assert_eq!((value.with_event, value.without_event), (38.0, -22.0));
        let threshold = value.threshold().unwrap();
        assert!((threshold - 22.0 / 60.0).abs() < 1e-16);
        assert!(value.expected_profit(threshold).abs() < 1e-14);
        assert_eq!(value.expected_profit(1.0), value.realised_profit(true));
        assert_eq!(value.expected_profit(0.0), value.realised_profit(false));
    }

    #[test]
    fn an_offer_that_nobody_accepts_pays_at_no_probability() {
        let value = ContactValue::retention(200.0, 10.0, 1.0, 0.0).unwrap();
        assert!(value.threshold().unwrap() >= 1.0);
        assert!(value.expected_profit(1.0) < 0.0);
        let free = ContactValue::retention(200.0, 0.0, 0.0, 0.3).unwrap();
        assert_eq!(free.threshold(), Ok(0.0));
    }

    #[test]
    fn impossible_money_is_refused_with_its_reason() {
        let retention = ContactValue::retention;
        assert_eq!(retention(10.0, 10.0, 1.0, 0.3), Err(Undefined::NotPositive));
        assert_eq!(retention(10.0, -1.0, 1.0, 0.3), Err(Undefined::OutOfRange));
        assert_eq!(retention(10.0, 1.0, 1.0, 1.1), Err(Undefined::OutOfRange));
        assert_eq!(retention(f64::NAN, 1.0, 1.0, 0.3), Err(Undefined::NotFinite));
        assert_eq!(retention(f64::MAX, 1e308, 1e308, 0.3), Err(Undefined::Overflow));
        assert_eq!(ContactValue::purchase(0.0, 1.0), Err(Undefined::NotPositive));
        assert_eq!(ContactValue::purchase(1.0, f64::INFINITY), Err(Undefined::NotFinite));
        assert_eq!(ContactValue::purchase(1.0, -1.0), Err(Undefined::OutOfRange));
        assert_eq!(ContactValue::new(-1.0, -1.0).unwrap().threshold(), Err(Undefined::NotPositive));
    }

    #[test]
    fn a_purchase_pays_from_the_cost_over_the_margin_on() {
        let value = ContactValue::purchase(25.0, 2.0).unwrap();
        assert_eq!(value.threshold(), Ok(0.08));
        assert_eq!(value.expected_profit(0.2), 0.2 * 25.0 - 2.0);
    }

    #[test]
    fn a_matrix_of_costs_needs_mistakes_that_cost_something() {
        assert_eq!(cost_matrix_threshold(0.0, 1.0, 1.0, 0.0), Ok(0.5));
        assert_eq!(cost_matrix_threshold(-56.0, 11.0, 0.0, 0.0), Ok(11.0 / 67.0));
        assert_eq!(cost_matrix_threshold(0.0, 0.0, 1.0, 0.0), Err(Undefined::NotPositive));
        assert_eq!(cost_matrix_threshold(2.0, 1.0, 1.0, 0.0), Err(Undefined::NotPositive));
        assert_eq!(cost_matrix_threshold(f64::NAN, 1.0, 1.0, 0.0), Err(Undefined::NotFinite));
        assert_eq!(cost_matrix_threshold(-f64::MAX, f64::MAX, f64::MAX, -f64::MAX), Ok(0.5));
        assert_eq!(cost_matrix_threshold(0.0, 5e-324, 5e-324, 0.0), Ok(0.5));
    }

    proptest! {
        #[test]
        fn the_threshold_is_where_the_expected_profit_changes_its_sign(
            clv in 1.0..1e6, share in 0.0..0.99, cost in 0.0..100.0, acceptance in 0.0..=1.0, p in 0.0_f64..=1.0,
        ) {
            let value = ContactValue::retention(clv, clv * share, cost, acceptance).unwrap();
            let threshold: Result<f64, Undefined> = value.threshold();
            prop_assume!(threshold.is_ok());
            let threshold: f64 = threshold.unwrap();
            prop_assume!((p - threshold).abs() > 1e-9);
            prop_assert_eq!(p > threshold, value.expected_profit(p) > 0.0);
        }

        #[test]
        fn the_matrix_agrees_with_the_retention_offer(clv in 20.0..1e4, acceptance in 0.1..=1.0) {
            let value = ContactValue::retention(clv, 10.0, 1.0, acceptance).unwrap();
            prop_assume!(value.with_event > 0.0);
            let by_matrix = cost_matrix_threshold(-value.with_event, -value.without_event, 0.0, 0.0).unwrap();
            prop_assert!((by_matrix / value.threshold().unwrap() - 1.0).abs() < 1e-14);
        }
    }
}

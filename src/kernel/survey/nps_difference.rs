//! Two scores of different people compared.
//!
//! ```text
//! z = (N1 - N2) / sqrt(SE1^2 + SE2^2),   interval N1 - N2 -+ z_(conf) sqrt(SE1^2 + SE2^2)
//! ```
//! plain with the scores and their standard errors, adjusted with those of the adjusted intervals.

use serde::{Deserialize, Serialize};

use super::nps_estimate::{NpsEstimate, POINTS};
use crate::kernel::distribution::normal;
use crate::kernel::hypothesis::Test;
use crate::kernel::interval::{Interval, mean_normal};
use crate::kernel::undefined::Undefined;

/// Which scores and standard errors go into intervals and tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WaldForm {
    /// Those of the answers, as textbooks have it: for hundreds of answers in each group, and
    /// undefined for a group that is all of one class.
    Plain,
    /// Those with three answers added to each group: for small groups too, and always defined.
    #[default]
    Adjusted,
}

impl WaldForm {
    /// Score and standard error; the plain ones of a group of one class are refused.
    pub(crate) fn of(self, group: &NpsEstimate) -> Result<(f64, f64), Undefined> {
        match self {
            Self::Adjusted => Ok(group.adjusted()),
            Self::Plain if group.is_constant() && group.size().is_finite() => Err(Undefined::Constant),
            Self::Plain => Ok((group.estimate, group.std_error)),
        }
    }
}

/// The difference of two scores, in points.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsDifference {
    /// First score minus second, of the answers themselves.
    pub estimate: f64,
    /// Centre of the interval; the estimate unless answers were added.
    pub centre: f64,
    /// Standard error of the difference.
    pub std_error: f64,
    /// Interval of the difference, cut off at -200 and 200.
    pub interval: Interval,
    /// z and its two-sided p-value; [`Undefined::Constant`] when everybody of both populations has
    /// answered, so that nothing is left to chance.
    pub test: Result<Test, Undefined>,
}

/// The difference of the scores of two groups of different people.
///
/// # Errors
///
/// [`Undefined::Constant`] when a group is all of one class and the form is plain;
/// [`Undefined::OutOfRange`] unless `0 < conf_level < 1`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{NpsCounts, WaldForm, nps_difference};
///
/// let may = NpsCounts { promoters: 60, passives: 25, detractors: 15 }.summary()?;
/// let june = NpsCounts { promoters: 50, passives: 30, detractors: 20 }.summary()?;
/// let found = nps_difference(&may, &june, WaldForm::Plain, 0.95)?;
/// assert_eq!(found.estimate, 15.0);
/// // sqrt(0.5475 + 0.61) / 10 is 0.1076, so 15 points are 1.39 standard errors: noise.
/// assert_eq!(format!("{:.2}", found.test.as_ref().unwrap().statistic), "1.39");
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn nps_difference(
    first: &NpsEstimate,
    second: &NpsEstimate,
    form: WaldForm,
    conf_level: f64,
) -> Result<NpsDifference, Undefined> {
    let ((first_centre, first_error), (second_centre, second_error)) = (form.of(first)?, form.of(second)?);
    let (centre, std_error) = (first_centre - second_centre, first_error.hypot(second_error));
    let ends = mean_normal(centre, std_error, conf_level)?;
    let most = 2.0 * POINTS;
    Ok(NpsDifference {
        estimate: first.estimate - second.estimate,
        centre,
        std_error,
        interval: Interval { low: ends.low.max(-most), high: ends.high.min(most) },
        test: z_test(centre, std_error),
    })
}

/// The test that what was estimated is 0.
pub(crate) fn z_test(estimate: f64, std_error: f64) -> Result<Test, Undefined> {
    if std_error == 0.0 {
        return Err(Undefined::Constant);
    }
    let z = estimate / std_error;
    Ok(Test::z(z, normal::two_sided(z)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::survey::NpsCounts;

    fn summary(promoters: u64, passives: u64, detractors: u64) -> NpsEstimate {
        NpsCounts { promoters, passives, detractors }.summary().unwrap()
    }

    #[track_caller]
    fn assert_close(got: f64, expected: f64) {
        assert!((got - expected).abs() <= 1e-12 * expected.abs(), "got {got}, expected {expected}");
    }

    /// Oracle: nps.json, `three_markets_UK_minus_US`, 60-digit arithmetic.
    #[test]
    fn the_difference_of_two_markets_is_that_of_the_reference() {
        let (uk, us) = (summary(385, 173, 310), summary(366, 134, 305));
        let found = nps_difference(&uk, &us, WaldForm::Plain, 0.95).unwrap();
        assert_close(found.estimate, 1.06291324383891);
        assert_close(found.std_error, 4.407011399513293);
        assert_close(found.interval.low, -7.574670378664606);
        assert_close(found.interval.high, 9.700496866342426);
        let test = found.test.unwrap();
        assert_close(test.statistic, 0.24118686054596938);
        assert_close(test.p_value.value(), 0.8094102941157799);
    }

    /// By hand from the adjusted intervals of nps.json.
    #[test]
    fn the_adjusted_form_takes_adjusted_scores() {
        let (uk, us) = (summary(385, 173, 310), summary(366, 134, 305));
        let found = nps_difference(&uk, &us, WaldForm::Adjusted, 0.95).unwrap();
        assert_close(found.estimate, 1.06291324383891);
        assert_close(found.centre, 8.610792192881744 - 7.5495049504950495);
        assert_close(found.std_error, 3.015918338156212_f64.hypot(3.198472867539205));
    }

    #[test]
    fn a_group_of_one_class_is_compared_in_the_adjusted_form_only() {
        let (one, many) = (summary(1, 0, 0), summary(400, 300, 300));
        assert_eq!(nps_difference(&one, &many, WaldForm::Plain, 0.95).unwrap_err(), Undefined::Constant);
        assert_eq!(nps_difference(&many, &one, WaldForm::Plain, 0.95).unwrap_err(), Undefined::Constant);
        let found = nps_difference(&one, &many, WaldForm::Adjusted, 0.95).unwrap();
        assert_eq!(found.estimate, 90.0);
        assert!(found.test.unwrap().p_value.value() > 0.5, "one answer proves nothing");
        assert!(nps_difference(&one, &many, WaldForm::Adjusted, 1.0).is_err());
    }

    #[test]
    fn two_populations_that_have_answered_leave_nothing_to_test() {
        let [one, other] = [summary(3, 1, 1), summary(2, 2, 1)].map(|group| group.in_population(5).unwrap());
        for form in [WaldForm::Plain, WaldForm::Adjusted] {
            let found = nps_difference(&one, &other, form, 0.95).unwrap();
            assert_eq!((found.std_error, &found.test), (0.0, &Err(Undefined::Constant)));
            assert_eq!(found.interval, Interval { low: found.estimate, high: found.estimate });
        }
    }

    #[test]
    fn no_difference_is_larger_than_200_points() {
        let found = nps_difference(&summary(2, 0, 0), &summary(0, 0, 2), WaldForm::Adjusted, 0.999_999).unwrap();
        assert_eq!((found.estimate, found.interval.high), (200.0, 200.0));
    }
}

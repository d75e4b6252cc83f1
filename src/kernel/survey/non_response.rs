//! Who answered and who did not, over the levels of something known of everybody.
//!
//! Notation: level `l` with `r_l` respondents and `s_l` others, `r` and `s` in all, `N = r + s`;
//! `p_l = r_l / r`, `q_l = s_l / s`; response rates `rho_l = r_l / (r_l + s_l)`, `rho = r / N`.
//!
//! ```text
//! standardised difference  (p_l - q_l) / sqrt((p_l (1 - p_l) + q_l (1 - q_l)) / 2)
//! R = 1 - 2 sqrt(sum (r_l + s_l) (rho_l - rho)^2 / (N - 1))
//! ```
//! P. C. Austin (2009), "Using the standardized difference to compare the prevalence of a binary
//! variable between two groups", Communications in Statistics 38(6), 1228-1234; B. Schouten, F. Cobben &
//! J. Bethlehem (2009), "Indicators for the representativeness of survey response", Survey Methodology
//! 35(1), 101-113.

use serde::Serialize;

use super::share::{Share, response_rate};
use crate::kernel::association::contingency::ContingencyTable;
use crate::kernel::hypothesis::{ChiSquare, Outcomes, chi_square_test};
use crate::kernel::undefined::Undefined;

/// People of one level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LevelResponse {
    /// Those of them who answered, with Wilson's interval; undefined for a level without people.
    pub rate: Result<Share, Undefined>,
    /// Their share of the respondents.
    pub respondent_share: f64,
    /// Their share of those who did not answer.
    pub other_share: f64,
    /// First share minus second in standard deviations, of which 0.1 is held to be small;
    /// [`Undefined::Constant`] when all or none of both are of this level.
    pub standardized_difference: Result<f64, Undefined>,
}

/// Respondents beside those who did not answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NonResponse {
    /// The response rate of all.
    pub rate: Share,
    /// The levels in the order given.
    pub levels: Vec<LevelResponse>,
    /// Whether rates differ from level to level; undefined when only one level has people.
    pub test: Result<ChiSquare, Undefined>,
    /// The largest standardised difference by size.
    pub largest_difference: Result<f64, Undefined>,
    /// R, 1 when all levels answer alike, 0 at the worst: how well respondents represent everybody by
    /// these levels.
    pub representativeness: f64,
}

/// Compares respondents (successes) with those who did not answer (failures), by levels.
///
/// # Errors
///
/// [`Undefined::TooFew`] when there are no people at all; [`Undefined::OneGroup`] when all or none of them
/// answered; [`Undefined::OutOfRange`] unless `0 < conf_level < 1`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::hypothesis::Outcomes;
/// use customer_analytics::kernel::survey::non_response;
///
/// let young = Outcomes { successes: 100, failures: 400 };
/// let old = Outcomes { successes: 300, failures: 200 };
/// let found = non_response(&[young, old], 0.95)?;
/// assert_eq!(found.rate.estimate, 0.4);
/// // A quarter of the respondents are young, and two thirds of the others.
/// assert!(found.levels[0].standardized_difference.clone()? < -0.9);
/// assert!(found.test?.test.p_value.value() < 1e-9);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn non_response(levels: &[Outcomes], conf_level: f64) -> Result<NonResponse, Undefined> {
    let total = |of: fn(&Outcomes) -> u64| levels.iter().map(of).fold(0, u64::saturating_add);
    let (respondents, others) = (total(|level| level.successes), total(|level| level.failures));
    let rate = response_rate(respondents, respondents.saturating_add(others), conf_level)?;
    if respondents == 0 || others == 0 {
        return Err(Undefined::OneGroup);
    }
    let of_level = |level: &Outcomes| -> LevelResponse {
        let respondent_share = level.successes as f64 / respondents as f64;
        let other_share = level.failures as f64 / others as f64;
        LevelResponse {
            rate: response_rate(level.successes, level.successes.saturating_add(level.failures), conf_level),
            respondent_share,
            other_share,
            standardized_difference: standardized(respondent_share, other_share),
        }
    };
    let found: Vec<LevelResponse> = levels.iter().map(of_level).collect();
    let sizes = found.iter().filter_map(|level| level.standardized_difference.as_ref().ok()).map(|size| size.abs());
    Ok(NonResponse {
        largest_difference: sizes.reduce(f64::max).ok_or(Undefined::Constant),
        representativeness: representativeness(levels, rate.estimate),
        test: test(levels),
        levels: found,
        rate,
    })
}

fn standardized(p: f64, q: f64) -> Result<f64, Undefined> {
    let variance = 0.5 * (p * (1.0 - p) + q * (1.0 - q));
    if variance > 0.0 { Ok((p - q) / variance.sqrt()) } else { Err(Undefined::Constant) }
}

fn test(levels: &[Outcomes]) -> Result<ChiSquare, Undefined> {
    let (mut rows, mut columns, mut people) = (Vec::new(), Vec::new(), Vec::new());
    for (row, level) in (0_u32..).zip(levels) {
        for (column, count) in [(0_u32, level.successes), (1, level.failures)] {
            rows.push(row);
            columns.push(column);
            people.push(count as f64);
        }
    }
    chi_square_test(&ContingencyTable::weighted(&rows, &columns, &people)?)
}

fn representativeness(levels: &[Outcomes], rate: f64) -> f64 {
    let (mut squares, mut people) = (0.0, 0.0);
    for level in levels {
        let size = level.successes as f64 + level.failures as f64;
        if size > 0.0 {
            squares += size * (level.successes as f64 / size - rate).powi(2);
            people += size;
        }
    }
    // Two people of different levels make a spread above the largest that a population has.
    (1.0 - 2.0 * (squares / (people - 1.0)).sqrt()).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(successes: u64, failures: u64) -> Outcomes {
        Outcomes { successes, failures }
    }

    /// Oracle: scipy 1.17.1, `chi2_contingency(correction=False)`; the differences and R by hand, 15 digits.
    #[test]
    fn three_levels_are_compared_as_the_oracle_says() {
        let found = non_response(&[level(30, 70), level(50, 50), level(60, 140)], 0.95).unwrap();
        let test = found.test.unwrap();
        assert!((test.test.statistic - 13.186813186813188).abs() < 1e-11, "{test:?}");
        assert!((test.test.p_value.value() - 0.0013693671318786153).abs() < 1e-13);
        assert_eq!((test.test.df, found.rate.estimate), (Some(2.0), 0.35));
        for (level, expected) in found.levels.iter().zip(SMD) {
            assert!((level.standardized_difference.clone().unwrap() - expected).abs() < 1e-13, "{level:?}");
        }
        assert!((found.largest_difference.unwrap() - SMD[1]).abs() < 1e-13);
        assert!((found.representativeness - 0.826578006095176).abs() < 1e-13);
    }

    const SMD: [f64; 3] = [-0.1285967567535344, 0.37573457465108967, -0.22124110386665732];

    #[test]
    fn levels_that_answer_alike_represent_everybody() {
        let found = non_response(&[level(10, 30), level(20, 60)], 0.9).unwrap();
        assert_eq!((found.representativeness, found.largest_difference), (1.0, Ok(0.0)));
        assert!(found.test.unwrap().test.p_value.value() > 0.999_999);
        let worst = non_response(&[level(500, 0), level(0, 500)], 0.9).unwrap();
        assert_eq!(worst.representativeness, 0.0);
        assert_eq!(worst.levels[0].standardized_difference, Err(Undefined::Constant));
    }

    #[test]
    fn a_level_without_people_stands_for_itself() {
        let found = non_response(&[level(10, 30), level(0, 0), level(5, 8)], 0.95).unwrap();
        assert_eq!(found.levels[1].rate, Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(found.levels[1].standardized_difference, Err(Undefined::Constant));
        assert_eq!(found.test.unwrap().test.df, Some(1.0));
        let one = non_response(&[level(10, 30)], 0.95).unwrap();
        assert_eq!((one.test, one.largest_difference), (Err(Undefined::OneGroup), Err(Undefined::Constant)));
        assert_eq!(one.representativeness, 1.0);
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        assert_eq!(non_response(&[], 0.95).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(non_response(&[level(0, 5)], 0.95).unwrap_err(), Undefined::OneGroup);
        assert_eq!(non_response(&[level(5, 0), level(1, 0)], 0.95).unwrap_err(), Undefined::OneGroup);
        assert_eq!(non_response(&[level(5, 1)], 1.5).unwrap_err(), Undefined::OutOfRange);
    }
}

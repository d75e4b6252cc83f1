//! How many people to ask.

use std::fmt;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::frame::readable::{grouped, shown_number};
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::survey::{AssumedShares, detectable_difference, gap_size, half_width_at, half_width_size};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::checks::check_conf_level;

const NAME: &str = "sample_size";

/// What a survey is to show of a net promoter score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SampleSizeGoal {
    /// The score of each group, so many points to both sides.
    HalfWidth(f64),
    /// A difference of so many points between two groups or waves.
    Difference(f64),
}

/// Unchecked settings of a plan of how many people to ask.
///
/// # Examples
///
/// ```
/// use customer_analytics::satisfaction::{SampleSizeGoal, SampleSizeParams};
///
/// // Last year half were promoters and a fifth detractors; a quarter of those who are asked answer.
/// let plan = SampleSizeParams::new(SampleSizeGoal::HalfWidth(3.0)).assumed(0.5, 0.2).response_rate(0.25).plan()?;
/// // 1.96^2 0.61 / 0.03^2 = 2603.7 answers.
/// assert_eq!((plan.n, plan.n_invited), (2_604, 10_416));
/// // What changes from wave to wave needs more: so many answers each show 6.05 points, four times of five.
/// assert_eq!(format!("{:.2}", plan.detectable_difference), "6.06");
/// # Ok::<(), customer_analytics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct SampleSizeParams {
    goal: SampleSizeGoal,
    #[serde(default = "worst")]
    assumed: AssumedShares,
    #[serde(default = "default_conf_level")]
    conf_level: f64,
    #[serde(default = "default_power")]
    power: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    population: Option<u64>,
    #[serde(default = "default_response_rate")]
    response_rate: f64,
}

fn worst() -> AssumedShares {
    AssumedShares::WORST
}

fn default_conf_level() -> f64 {
    0.95
}

fn default_power() -> f64 {
    0.8
}

fn default_response_rate() -> f64 {
    1.0
}

impl SampleSizeParams {
    /// A plan for this goal, with a confidence of 95% and a power of 80%, for the shares that take the most
    /// answers: as many promoters as detractors and nobody else.
    pub fn new(goal: SampleSizeGoal) -> Self {
        Self {
            goal,
            assumed: worst(),
            conf_level: default_conf_level(),
            power: default_power(),
            population: None,
            response_rate: default_response_rate(),
        }
    }

    /// The shares of promoters and detractors that are expected, 0..=1, such as those of the last wave.
    pub fn assumed(mut self, promoters: f64, detractors: f64) -> Self {
        self.assumed = AssumedShares { promoters, detractors };
        self
    }

    /// Confidence of the interval or test, 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// The chance that a test shows the difference if it is there, 0.8 by default.
    pub fn power(mut self, power: f64) -> Self {
        self.power = power;
        self
    }

    /// How many people each group has in all; the smaller, the fewer have to answer.
    pub fn population(mut self, n: u64) -> Self {
        self.population = Some(n);
        self
    }

    /// The share of those who are asked that answer, 1 by default.
    pub fn response_rate(mut self, rate: f64) -> Self {
        self.response_rate = rate;
        self
    }

    /// Works the plan out.
    ///
    /// # Errors
    /// `Param` when a setting is outside its range: shares that are none or leave nothing open, points outside
    /// 0..=200, a confidence or response rate outside 0..=1, a power below one half, nobody to ask, or more than
    /// 2^53 answers.
    pub fn plan(&self) -> Result<SampleSizePlan> {
        self.check()?;
        let Self { goal, assumed, conf_level, power, population, .. } = *self;
        let (param, n) = match goal {
            SampleSizeGoal::HalfWidth(points) => {
                ("half_width", half_width_size(assumed, points, conf_level, population))
            }
            SampleSizeGoal::Difference(points) => {
                ("difference", gap_size(assumed, points, conf_level, power, population))
            }
        };
        let refused = |undefined: Undefined| {
            let got = match goal {
                SampleSizeGoal::HalfWidth(points) | SampleSizeGoal::Difference(points) => points.to_string(),
            };
            let expected = match undefined {
                Undefined::Overflow => "so large that at most 2^53 answers do",
                _ => "above 0 and at most 200 points",
            };
            Error::param(NAME, param, expected, got)
        };
        let n = n.map_err(refused)?;
        Ok(SampleSizePlan {
            params: self.clone(),
            n,
            // Rounding may not ask one more person than a whole quotient needs.
            n_invited: (n as f64 / self.response_rate * (1.0 - 4.0 * f64::EPSILON)).ceil() as u64,
            half_width: half_width_at(assumed, n, conf_level, population).map_err(refused)?,
            detectable_difference: detectable_difference(assumed, n, conf_level, power, population).map_err(refused)?,
        })
    }

    fn check(&self) -> Result<()> {
        check_conf_level(NAME, self.conf_level)?;
        let refused = |param, expected: &str, got: String| Err(Error::param(NAME, param, expected, got));
        if !(0.5..1.0).contains(&self.power) {
            return refused("power", "at least 0.5 and below 1", self.power.to_string());
        }
        // So that a rate that is meant as a percentage is refused, and no invitation overflows.
        if !(1e-6..=1.0).contains(&self.response_rate) {
            return refused("response_rate", "in 0.000001..=1", self.response_rate.to_string());
        }
        if self.population == Some(0) {
            return refused("population", "at least 1", "0".to_owned());
        }
        let AssumedShares { promoters, detractors } = self.assumed;
        let is_one_class = [promoters, detractors].contains(&1.0) || (promoters == 0.0 && detractors == 0.0);
        if self.assumed.score().is_err() || is_one_class {
            let expected = "shares of at least two classes that do not exceed 1 together";
            return refused("assumed", expected, format!("{promoters} promoters and {detractors} detractors"));
        }
        Ok(())
    }
}

/// How many people to ask, and what their answers will tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SampleSizePlan {
    /// The settings.
    pub params: SampleSizeParams,
    /// Answers of each group or wave.
    pub n: u64,
    /// People to ask in each of them, at the response rate.
    pub n_invited: u64,
    /// Points to both sides that the score of a group is sure by.
    pub half_width: f64,
    /// Points that two groups have to differ by for a test to show it with the power asked for.
    pub detectable_difference: f64,
}

impl SampleSizePlan {
    /// Whether the population has as many people as are to be asked; so it has where none is stated.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        self.params.population.is_none_or(|people| self.n_invited <= people)
    }
}

impl ToDataFrame for SampleSizePlan {
    /// One row.
    fn to_dataframe(&self) -> DataFrame {
        frame_of(vec![
            Series::new(columns::N.into(), [self.n]),
            Series::new(columns::N_INVITED.into(), [self.n_invited]),
            Series::new(columns::HALF_WIDTH.into(), [self.half_width]),
            Series::new(columns::DETECTABLE_DIFFERENCE.into(), [self.detectable_difference]),
        ])
    }
}

impl fmt::Display for SampleSizePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{}%", shown_number(Some(100.0 * share)));
        let params = &self.params;
        let shares = [params.assumed.promoters, params.assumed.detractors].map(percent);
        write!(f, "{} answer(s) of each group", grouped(self.n))?;
        if params.response_rate < 1.0 {
            write!(f, ", {} asked at a response rate of {}", grouped(self.n_invited), percent(params.response_rate))?;
        }
        write!(f, "\nassumed: {} promoters, {} detractors", shares[0], shares[1])?;
        if let Some(people) = params.population {
            write!(f, ", {} people in each group", grouped(people))?;
        }
        write!(
            f,
            "\na score is sure by {:.2} points to both sides at {}",
            self.half_width,
            percent(params.conf_level)
        )?;
        let (points, power) = (self.detectable_difference, percent(params.power));
        write!(f, "\na difference of {points:.2} points shows with a chance of {power}")?;
        if !self.is_feasible() {
            f.write_str("\nthe groups have fewer people than are to be asked")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_width(points: f64) -> SampleSizeParams {
        SampleSizeParams::new(SampleSizeGoal::HalfWidth(points))
    }

    /// By hand: 1.959964^2 / 0.05^2 = 1536.58, of 2,000 people 1536.58 * 2000 / (1999 + 1536.58) = 869.2;
    /// (1.959964 + 0.841621)^2 2 (0.61) / 0.05^2 = 3830.3.
    #[test]
    fn plans_are_those_by_hand() {
        let plan = half_width(5.0).plan().unwrap();
        assert_eq!((plan.n, plan.n_invited, plan.is_feasible()), (1_537, 1_537, true));
        assert!((4.99..=5.0).contains(&plan.half_width), "{plan:?}");
        assert_eq!(half_width(5.0).population(2_000).plan().unwrap().n, 870);
        let goal = SampleSizeGoal::Difference(5.0);
        let plan = SampleSizeParams::new(goal).assumed(0.5, 0.2).response_rate(0.5).plan().unwrap();
        assert_eq!((plan.n, plan.n_invited), (3_831, 7_662));
        assert!((4.99..=5.0).contains(&plan.detectable_difference), "{plan:?}");
    }

    #[test]
    fn a_plan_that_asks_more_than_there_are_says_so() {
        let plan = half_width(5.0).population(2_000).response_rate(0.25).plan().unwrap();
        assert_eq!((plan.n_invited, plan.is_feasible()), (3_480, false));
        let text = plan.to_string();
        assert!(text.starts_with("870 answer(s) of each group, 3,480 asked at a response rate of 25%"), "{text}");
        assert!(text.ends_with("the groups have fewer people than are to be asked"), "{text}");
        assert_eq!(plan.to_dataframe().height(), 1);
    }

    #[test]
    fn settings_outside_their_range_are_refused() {
        let cases = [
            (half_width(0.0), "`half_width` must be above 0 and at most 200 points, got 0"),
            (half_width(f64::NAN), "`half_width` must be above 0 and at most 200 points, got NaN"),
            (half_width(1e-9), "`half_width` must be so large that at most 2^53 answers do"),
            (SampleSizeParams::new(SampleSizeGoal::Difference(201.0)), "`difference` must be above 0"),
            (half_width(5.0).conf_level(95.0), "`conf_level` must be above 0 and below 1, got 95"),
            (half_width(5.0).power(1.0), "`power` must be at least 0.5 and below 1, got 1"),
            (half_width(5.0).response_rate(25.0), "`response_rate` must be in 0.000001..=1, got 25"),
            (half_width(5.0).response_rate(0.0), "`response_rate` must be in 0.000001..=1, got 0"),
            (half_width(5.0).population(0), "`population` must be at least 1, got 0"),
            (half_width(5.0).assumed(0.7, 0.4), "`assumed` must be shares of at least two classes"),
            (half_width(5.0).assumed(1.0, 0.0), "`assumed` must be shares of at least two classes"),
            (half_width(5.0).assumed(f64::NAN, 0.1), "`assumed` must be shares of at least two classes"),
        ];
        for (params, part) in cases {
            let text = params.plan().unwrap_err().to_string();
            assert!(text.starts_with("sample_size: ") && text.contains(part), "`{part}` is not in: {text}");
        }
    }

    #[test]
    fn settings_survive_a_job_file() {
        let params = half_width(4.0).assumed(0.6, 0.1).population(10_000).power(0.9).response_rate(0.3);
        let json = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<SampleSizeParams>(&json).unwrap(), params);
        let short = r#"{"goal": {"difference": 5}}"#;
        let expected = SampleSizeParams::new(SampleSizeGoal::Difference(5.0));
        assert_eq!(serde_json::from_str::<SampleSizeParams>(short).unwrap(), expected);
        assert!(serde_json::from_str::<SampleSizeParams>(r#"{"goal": {"difference": 5}, "n": 3}"#).is_err());
    }
}

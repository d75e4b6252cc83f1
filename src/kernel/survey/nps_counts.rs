//! Counts of promoters, passives and detractors.

use serde::{Deserialize, Serialize};

use super::nps_estimate::{NpsEstimate, POINTS};
use crate::kernel::undefined::Undefined;

/// What an answer to "would you recommend us?" makes of a respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NpsClass {
    /// 0 to 6 of 10.
    Detractor,
    /// 7 or 8 of 10.
    Passive,
    /// 9 or 10 of 10.
    Promoter,
}

impl NpsClass {
    /// -1 for a detractor, 0 for a passive, 1 for a promoter: the score is 100 times the mean.
    #[must_use]
    pub fn code(self) -> i8 {
        self as i8 - 1
    }
}

/// How many respondents are promoters, passives and detractors.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::NpsCounts;
///
/// let counts = NpsCounts { promoters: 18, passives: 11, detractors: 2 };
/// let summary = counts.summary()?;
/// // 100 (18 - 2) / 31.
/// assert_eq!(format!("{:.2}", summary.estimate), "51.61");
/// assert_eq!(format!("{:.3}", summary.std_error), "11.054");
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NpsCounts {
    /// Respondents who answered 9 or 10 of 10.
    pub promoters: u64,
    /// Respondents who answered 7 or 8 of 10.
    pub passives: u64,
    /// Respondents who answered 0 to 6 of 10.
    pub detractors: u64,
}

impl NpsCounts {
    /// Counts one respondent.
    pub fn add(&mut self, class: NpsClass) {
        match class {
            NpsClass::Promoter => self.promoters += 1,
            NpsClass::Passive => self.passives += 1,
            NpsClass::Detractor => self.detractors += 1,
        }
    }

    /// Counts of two sets of respondents as if they had been read together.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            promoters: self.promoters.saturating_add(other.promoters),
            passives: self.passives.saturating_add(other.passives),
            detractors: self.detractors.saturating_add(other.detractors),
        }
    }

    /// All respondents.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.promoters.saturating_add(self.passives).saturating_add(self.detractors)
    }

    /// Promoters and detractors changed over, which changes the sign of the score.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self { promoters: self.detractors, detractors: self.promoters, ..self }
    }

    /// Whether all respondents are in one class, so that nothing varies.
    pub(super) fn is_constant(&self) -> bool {
        [self.promoters, self.passives, self.detractors].iter().filter(|&&count| count > 0).count() < 2
    }

    /// The score with its standard error.
    ///
    /// # Errors
    ///
    /// [`Undefined::TooFew`] when there are no respondents.
    pub fn summary(&self) -> Result<NpsEstimate, Undefined> {
        let [promoters, passives, detractors] = [self.promoters, self.passives, self.detractors].map(|n| n as f64);
        let n = promoters + passives + detractors;
        if n == 0.0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        // The difference of whole numbers is exact, that of rounded shares is not; rounded once, so
        // that 29 of 100 are 29 points.
        let lead = POINTS * self.promoters.abs_diff(self.detractors) as f64 / n;
        let estimate = if self.promoters >= self.detractors { lead } else { -lead };
        Ok(NpsEstimate::of_counts(self.n(), estimate, [promoters / n, passives / n, detractors / n]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(promoters: u64, passives: u64, detractors: u64) -> NpsCounts {
        NpsCounts { promoters, passives, detractors }
    }

    #[test]
    fn classes_are_counted_one_by_one() {
        let mut found = NpsCounts::default();
        for class in [NpsClass::Promoter, NpsClass::Detractor, NpsClass::Promoter, NpsClass::Passive] {
            found.add(class);
        }
        assert_eq!((found, found.n()), (counts(2, 1, 1), 4));
        assert_eq!([NpsClass::Detractor, NpsClass::Passive, NpsClass::Promoter].map(NpsClass::code), [-1, 0, 1]);
    }

    #[test]
    fn no_respondents_have_no_score() {
        assert_eq!(NpsCounts::default().summary().unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
    }

    #[test]
    fn counts_beyond_the_whole_numbers_stay_in_range() {
        let most = counts(u64::MAX, u64::MAX, 0).merge(counts(1, 0, 1));
        assert_eq!(most.n(), u64::MAX);
        assert_eq!(most.summary().unwrap().estimate, 50.0);
    }

    proptest! {
        #[test]
        fn parts_put_together_are_the_whole(a in any::<[u32; 3]>(), b in any::<[u32; 3]>()) {
            let [first, second] = [a, b].map(|[p, s, d]| counts(p.into(), s.into(), d.into()));
            let whole = first.merge(second);
            prop_assert_eq!(whole, second.merge(first));
            prop_assert_eq!(whole.n(), first.n() + second.n());
            if first.n() > 0 && second.n() > 0 {
                let [x, y, all] = [first, second, whole].map(|part| part.summary().unwrap());
                let mixed = (x.estimate * x.n as f64 + y.estimate * y.n as f64) / all.n as f64;
                prop_assert!((all.estimate - mixed).abs() <= 1e-12 * 100.0);
            }
        }
    }
}

//! Sizes of effects in words.
//!
//! Notation: `d` a difference of means in standard deviations, `h` of two shares by their
//! arcsines, `w = V sqrt(k - 1)` of a table whose shorter side has `k` categories, `f = sqrt(eta^2 /
//! (1 - eta^2))`, `A` the chance that a value of one segment is above one of the other.
//!
//! ```text
//!                small  medium  large
//! d, h             0.2     0.5    0.8     J. Cohen (1988), sections 2.2 and 6.2
//! w                0.1     0.3    0.5     section 7.2
//! f                0.1    0.25    0.4     section 8.2
//! A              Phi(d / sqrt 2)          of two normal distributions that lie d apart
//! ```
//! J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd edition. The
//! words are conventions for want of better: what counts as large is for the business to say.

use std::f64::consts::FRAC_1_SQRT_2;
use std::fmt;

use serde::Serialize;

use crate::kernel::distribution::normal;
use crate::kernel::hypothesis::EffectName;

/// Between which of Cohen's marks the size of an effect lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Magnitude {
    /// Below the mark of a small effect.
    LessThanSmall,
    /// From there to the mark of a medium one.
    SmallToMedium,
    /// From there to the mark of a large one.
    MediumToLarge,
    /// From there on.
    Large,
}

impl Magnitude {
    /// The word as in frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LessThanSmall => "less_than_small",
            Self::SmallToMedium => "small_to_medium",
            Self::MediumToLarge => "medium_to_large",
            Self::Large => "large",
        }
    }

    fn among(size: f64, [small, medium, large]: [f64; 3]) -> Self {
        match size {
            size if size >= large => Self::Large,
            size if size >= medium => Self::MediumToLarge,
            size if size >= small => Self::SmallToMedium,
            _ => Self::LessThanSmall,
        }
    }
}

/// In words.
impl fmt::Display for Magnitude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LessThanSmall => "less than small",
            Self::SmallToMedium => "small to medium",
            Self::MediumToLarge => "medium to large",
            Self::Large => "large",
        })
    }
}

/// The size of an effect in words, and whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EffectSize {
    /// How large.
    pub magnitude: Magnitude,
    /// By which convention.
    pub source: &'static str,
}

/// Differences in standard deviations.
const D: [f64; 3] = [0.2, 0.5, 0.8];

/// The size of an effect; `None` where there is no convention, as for a difference in the unit of
/// the values. `n_shorter` are the categories of the shorter side of a table.
pub(super) fn effect_size(name: EffectName, estimate: f64, n_shorter: usize) -> Option<EffectSize> {
    let (size, marks, source) = match name {
        EffectName::CohensD | EffectName::HedgesG => (estimate, D, "Cohen (1988), section 2.2"),
        EffectName::CohensH => (estimate, D, "Cohen (1988), section 6.2"),
        EffectName::CramersV => {
            let w = estimate * (n_shorter.saturating_sub(1) as f64).sqrt();
            (w, [0.1, 0.3, 0.5], "Cohen (1988), section 7.2, w = V sqrt(k - 1)")
        }
        EffectName::EtaSquared | EffectName::OmegaSquared => {
            (f_of(estimate), [0.1, 0.25, 0.4], "Cohen (1988), section 8.2, f = sqrt(eta^2 / (1 - eta^2))")
        }
        EffectName::EpsilonSquared => (f_of(estimate), [0.1, 0.25, 0.4], "Cohen (1988), section 8.2, f of the ranks"),
        EffectName::CommonLanguage => (2.0 * estimate - 1.0, of_pairs(), PAIRS),
        EffectName::RankBiserial => (estimate, of_pairs(), PAIRS),
        _ => return None,
    };
    Some(EffectSize { magnitude: Magnitude::among(size.abs(), marks), source })
}

const PAIRS: &str = "Cohen (1988), section 2.2, by A = Phi(d / sqrt 2)";

/// `2 A - 1` of two normal distributions that lie so far apart.
fn of_pairs() -> [f64; 3] {
    D.map(|d| 2.0 * normal::cdf(d * FRAC_1_SQRT_2) - 1.0)
}

/// A share of variance as Cohen's f; shares below zero, which are estimates of none, are none.
fn f_of(share: f64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    (share / (1.0 - share)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn magnitude(name: EffectName, estimate: f64, n_shorter: usize) -> Magnitude {
        effect_size(name, estimate, n_shorter).unwrap().magnitude
    }

    /// Oracle: Cohen (1988), tables 2.2.1, 6.2.2, 7.2.3 and 8.2.2: eta squared of f = 0.1, 0.25, 0.4
    /// is 0.0099, 0.0588, 0.1379, and w = 0.3 of a table with three columns has V = 0.212.
    #[test]
    fn words_change_at_the_marks_of_cohen() {
        let names = [Magnitude::LessThanSmall, Magnitude::SmallToMedium, Magnitude::MediumToLarge, Magnitude::Large];
        let marks = [
            (EffectName::CohensD, 2, [0.2, 0.5, 0.8]),
            (EffectName::HedgesG, 2, [0.2, 0.5, 0.8]),
            (EffectName::CohensH, 2, [0.2, 0.5, 0.8]),
            (EffectName::CramersV, 2, [0.1, 0.3, 0.5]),
            (EffectName::CramersV, 3, [0.0707, 0.2121, 0.3536]),
            (EffectName::EtaSquared, 2, [0.0099, 0.0588, 0.1379]),
            (EffectName::OmegaSquared, 2, [0.0099, 0.0588, 0.1379]),
            (EffectName::EpsilonSquared, 2, [0.0099, 0.0588, 0.1379]),
            // Phi(0.2 / sqrt 2) = 0.5562, Phi(0.5 / sqrt 2) = 0.6382, Phi(0.8 / sqrt 2) = 0.7142.
            (EffectName::CommonLanguage, 2, [0.5562, 0.6382, 0.7142]),
            (EffectName::RankBiserial, 2, [0.1125, 0.2763, 0.4284]),
        ];
        for (name, n_shorter, marks) in marks {
            for (at, mark) in marks.into_iter().enumerate() {
                assert_eq!(magnitude(name, mark - 2e-4, n_shorter), names[at], "{name:?} {mark}");
                assert_eq!(magnitude(name, mark + 2e-4, n_shorter), names[at + 1], "{name:?} {mark}");
            }
        }
    }

    #[test]
    fn the_sign_of_an_effect_has_no_size() {
        assert_eq!(magnitude(EffectName::CohensD, -0.6, 2), Magnitude::MediumToLarge);
        assert_eq!(magnitude(EffectName::CommonLanguage, 0.2, 2), Magnitude::Large);
        assert_eq!(magnitude(EffectName::OmegaSquared, -0.3, 2), Magnitude::LessThanSmall);
        assert_eq!(magnitude(EffectName::EtaSquared, 1.0, 2), Magnitude::Large);
        assert_eq!(effect_size(EffectName::OddsRatio, 3.0, 2), None);
        assert_eq!(effect_size(EffectName::DifferenceOfMeans, 3.0, 2), None);
    }

    #[test]
    fn words_in_frames_are_those_of_json() {
        assert_eq!(serde_json::to_value(Magnitude::SmallToMedium).unwrap(), Magnitude::SmallToMedium.as_str());
    }
}

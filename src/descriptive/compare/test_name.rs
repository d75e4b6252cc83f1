//! The tests that there are, and what they are for.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::comparison::ColumnKind;

/// A test of whether segments differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TestName {
    /// Welch's t test of two means.
    WelchT,
    /// Student's t test of two means with one variance.
    StudentT,
    /// Mann and Whitney's U test: which of two segments has the larger values.
    MannWhitney,
    /// Kolmogorov and Smirnov's test: whether two distributions differ in any way.
    KolmogorovSmirnov,
    /// Welch's analysis of variance: several means.
    WelchAnova,
    /// Fisher's one-way analysis of variance: several means with one variance.
    OneWayAnova,
    /// Kruskal and Wallis' H test: which of several segments has the larger values.
    KruskalWallis,
    /// Levene's test about medians, as Brown and Forsythe proposed: whether spreads differ.
    Levene,
    /// z test of two proportions.
    TwoProportions,
    /// Pearson's chi-squared test of a table of counts.
    ChiSquare,
}

impl TestName {
    /// The tests of a column by default, the primary one first.
    pub(super) fn defaults(kind: ColumnKind, n_segments: usize) -> &'static [Self] {
        match (kind, n_segments) {
            (ColumnKind::Numeric, ..=2) => &[Self::WelchT, Self::MannWhitney, Self::Levene],
            (ColumnKind::Numeric, _) => &[Self::WelchAnova, Self::KruskalWallis, Self::Levene],
            (ColumnKind::Binary, ..=2) => &[Self::TwoProportions],
            (ColumnKind::Binary | ColumnKind::Categorical, _) => &[Self::ChiSquare],
        }
    }

    /// Whether it can be done on a column of a kind and so many segments.
    pub(super) fn fits(self, kind: ColumnKind, n_segments: usize) -> bool {
        let is_for_kind = match self {
            Self::TwoProportions => kind == ColumnKind::Binary,
            Self::ChiSquare => kind != ColumnKind::Numeric,
            _ => kind == ColumnKind::Numeric,
        };
        is_for_kind && (n_segments <= 2 || !self.is_for_two())
    }

    /// The tests of pairs of segments: of those asked for the ones that are made for two, or else
    /// the usual ones. Spreads are compared once, in all segments.
    pub(super) fn of_pairs(asked: Option<&[Self]>, kind: ColumnKind) -> Vec<Self> {
        let is_for_pairs = |name: &Self| (name.is_for_two() || *name == Self::ChiSquare) && name.fits(kind, 2);
        let chosen = |names: &[Self]| names.iter().copied().filter(is_for_pairs).collect::<Vec<_>>();
        let asked = asked.map(chosen).unwrap_or_default();
        if asked.is_empty() { chosen(Self::defaults(kind, 2)) } else { asked }
    }

    /// Whether it takes two segments and no more.
    fn is_for_two(self) -> bool {
        matches!(
            self,
            Self::WelchT | Self::StudentT | Self::MannWhitney | Self::KolmogorovSmirnov | Self::TwoProportions
        )
    }

    /// The name as in settings and frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WelchT => "welch_t",
            Self::StudentT => "student_t",
            Self::MannWhitney => "mann_whitney",
            Self::KolmogorovSmirnov => "kolmogorov_smirnov",
            Self::WelchAnova => "welch_anova",
            Self::OneWayAnova => "one_way_anova",
            Self::KruskalWallis => "kruskal_wallis",
            Self::Levene => "levene",
            Self::TwoProportions => "two_proportions",
            Self::ChiSquare => "chi_square",
        }
    }
}

/// In words.
impl fmt::Display for TestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WelchT => "Welch's t",
            Self::StudentT => "Student's t",
            Self::MannWhitney => "Mann-Whitney",
            Self::KolmogorovSmirnov => "Kolmogorov-Smirnov",
            Self::WelchAnova => "Welch's analysis of variance",
            Self::OneWayAnova => "analysis of variance",
            Self::KruskalWallis => "Kruskal-Wallis",
            Self::Levene => "Levene",
            Self::TwoProportions => "two proportions",
            Self::ChiSquare => "chi-squared",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_frames_are_those_of_settings() {
        for name in [TestName::WelchT, TestName::KolmogorovSmirnov, TestName::OneWayAnova, TestName::ChiSquare] {
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
    }

    #[test]
    fn every_default_fits() {
        for kind in [ColumnKind::Numeric, ColumnKind::Binary, ColumnKind::Categorical] {
            for n_segments in 0..5 {
                let chosen = TestName::defaults(kind, n_segments);
                assert!(!chosen.is_empty() && chosen.iter().all(|name| name.fits(kind, n_segments)));
            }
        }
        assert!(!TestName::WelchT.fits(ColumnKind::Numeric, 3));
        assert!(!TestName::TwoProportions.fits(ColumnKind::Categorical, 2));
        assert!(TestName::WelchAnova.fits(ColumnKind::Numeric, 2));
    }

    #[test]
    fn pairs_have_the_tests_that_are_made_for_two() {
        let of = |asked: &[TestName], kind| TestName::of_pairs(Some(asked), kind);
        let usual = vec![TestName::WelchT, TestName::MannWhitney];
        assert_eq!(TestName::of_pairs(None, ColumnKind::Numeric), usual);
        assert_eq!(of(&[TestName::WelchAnova, TestName::Levene], ColumnKind::Numeric), usual);
        assert_eq!(of(&[TestName::KruskalWallis, TestName::StudentT], ColumnKind::Numeric), [TestName::StudentT]);
        assert_eq!(of(&[TestName::ChiSquare], ColumnKind::Binary), [TestName::ChiSquare]);
        assert_eq!(TestName::of_pairs(None, ColumnKind::Binary), [TestName::TwoProportions]);
    }
}

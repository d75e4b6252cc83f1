//! What every test reports: a statistic with its p-value, and effects with their names.

use serde::Serialize;

use crate::kernel::interval::Interval;
use crate::kernel::p_value::PValue;

/// The distribution that a statistic has when there is no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StatisticName {
    /// Student's t.
    T,
    /// Standard normal.
    Z,
    /// Chi-squared.
    ChiSquared,
    /// Fisher's F.
    F,
    /// Largest distance of two distribution functions.
    D,
}

/// A statistic with its degrees of freedom and p-value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Test {
    /// Which distribution the statistic has.
    pub name: StatisticName,
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom, those above the line for F; `None` where the distribution has none.
    pub df: Option<f64>,
    /// Degrees of freedom below the line, for F only.
    pub df_residual: Option<f64>,
    /// Chance of a statistic at least as extreme when there is no effect.
    pub p_value: PValue,
}

/// What an effect measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectName {
    /// First mean minus second, in the unit of the values.
    DifferenceOfMeans,
    /// Difference of means in pooled standard deviations.
    CohensD,
    /// Cohen's d without its bias in small samples.
    HedgesG,
    /// Chance that a value of the first group is above one of the second, ties counting one
    /// half: the area under the ROC curve.
    CommonLanguage,
    /// That chance minus the opposite one, -1..=1.
    RankBiserial,
    /// Share of the rank variance that the groups explain, 0..=1.
    EpsilonSquared,
    /// First share minus second.
    DifferenceOfProportions,
    /// First share divided by the second.
    RiskRatio,
    /// First odds divided by the second.
    OddsRatio,
    /// Difference of the arcsines of the square roots of two shares, doubled.
    CohensH,
    /// Cramer's V of a table of counts, 0..=1.
    CramersV,
    /// Share of the squares that lies between groups, 0..=1.
    EtaSquared,
    /// The same of the population, with less bias; below 0 for F below 1.
    OmegaSquared,
}

impl EffectName {
    /// The name as in files and frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DifferenceOfMeans => "difference_of_means",
            Self::CohensD => "cohens_d",
            Self::HedgesG => "hedges_g",
            Self::CommonLanguage => "common_language",
            Self::RankBiserial => "rank_biserial",
            Self::EpsilonSquared => "epsilon_squared",
            Self::DifferenceOfProportions => "difference_of_proportions",
            Self::RiskRatio => "risk_ratio",
            Self::OddsRatio => "odds_ratio",
            Self::CohensH => "cohens_h",
            Self::CramersV => "cramers_v",
            Self::EtaSquared => "eta_squared",
            Self::OmegaSquared => "omega_squared",
        }
    }
}

/// The size of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Effect {
    /// What it measures.
    pub name: EffectName,
    /// How large it is.
    pub estimate: f64,
    /// Where it lies with the asked confidence; `None` where the method gives no interval.
    pub interval: Option<Interval>,
}

impl Effect {
    pub(super) fn new(name: EffectName, estimate: f64, interval: Option<Interval>) -> Self {
        Self { name, estimate, interval }
    }

    /// The effect with an interval to both sides of it.
    pub(super) fn around(name: EffectName, estimate: f64, half_width: f64) -> Self {
        Self::new(name, estimate, Some(Interval { low: estimate - half_width, high: estimate + half_width }))
    }
}

impl Test {
    pub(super) fn t(statistic: f64, df: f64, p_value: PValue) -> Self {
        Self { name: StatisticName::T, statistic, df: Some(df), df_residual: None, p_value }
    }

    pub(in crate::kernel) fn z(statistic: f64, p_value: PValue) -> Self {
        Self { name: StatisticName::Z, statistic, df: None, df_residual: None, p_value }
    }

    pub(in crate::kernel) fn chi_squared(statistic: f64, df: f64, p_value: PValue) -> Self {
        Self { name: StatisticName::ChiSquared, statistic, df: Some(df), df_residual: None, p_value }
    }

    pub(super) fn f(statistic: f64, df: f64, df_residual: f64, p_value: PValue) -> Self {
        Self { name: StatisticName::F, statistic, df: Some(df), df_residual: Some(df_residual), p_value }
    }

    pub(super) fn d(statistic: f64, p_value: PValue) -> Self {
        Self { name: StatisticName::D, statistic, df: None, df_residual: None, p_value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_frames_are_those_of_files() {
        let names = [
            EffectName::DifferenceOfMeans,
            EffectName::CohensD,
            EffectName::HedgesG,
            EffectName::CommonLanguage,
            EffectName::RankBiserial,
            EffectName::EpsilonSquared,
            EffectName::DifferenceOfProportions,
            EffectName::RiskRatio,
            EffectName::OddsRatio,
            EffectName::CohensH,
            EffectName::CramersV,
            EffectName::EtaSquared,
            EffectName::OmegaSquared,
        ];
        for name in names {
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
    }
}

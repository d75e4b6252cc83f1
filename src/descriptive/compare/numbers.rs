//! Numbers compared: means, ranks and spreads.

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::column_data::{ColumnData, ColumnParts, left_out};
use super::comparison::{MeanOfSegment, SegmentSummary};
use super::findings::Findings;
use super::params::{COMPARE, Compare};
use super::segments::Segments;
use super::test_name::TestName;
use crate::descriptive::numeric::{Reasons, push_rows};
use crate::error::Result;
use crate::frame::numbers::{CellCounts, Numbers};
use crate::kernel::anova::{OneWayAnova, one_way};
use crate::kernel::hypothesis::{
    Centre, Effect, EffectName, StatisticName, Test, TwoMeans, kolmogorov_smirnov_test, kruskal_wallis_test,
    levene_test, mann_whitney_test, student_t_test, welch_anova, welch_t_test,
};
use crate::kernel::interval::mean_t;
use crate::kernel::moments::Moments;
use crate::kernel::order::{Sorted, ascending};
use crate::kernel::undefined::Undefined;

/// Reads a numeric column by segment.
pub(super) fn numbers_by_segment(
    settings: &Compare,
    frame: &DataFrame,
    column: &str,
    segments: &Segments,
) -> Result<ColumnParts> {
    let numbers = Numbers::of(COMPARE, frame, column)?;
    let aligned = numbers.aligned();
    let of_segment = |segment| {
        let mut values = Vec::new();
        let counts = push_rows(&aligned, segments.rows(segment), &mut values);
        let values = ascending(&values);
        (summary(settings, &values, counts), values)
    };
    let (summaries, values) = (0..segments.len()).into_par_iter().map(of_segment).unzip();
    Ok(ColumnParts {
        event: None,
        n_levels: None,
        n_rounded: Some(aligned.counts.n_rounded),
        summaries,
        data: ColumnData::Numbers(values),
    })
}

fn summary(settings: &Compare, values: &[f64], counts: CellCounts) -> SegmentSummary {
    let mut reasons = Reasons::default();
    let moments = Moments::of(values);
    let of = |statistic: fn(&Moments) -> Result<f64, Undefined>| statistic(moments.as_ref().map_err(Clone::clone)?);
    let interval = || {
        let moments = moments.as_ref().map_err(Clone::clone)?;
        mean_t(moments.mean(), moments.std_error()?, moments.n() - 1.0, settings.conf_level())
    };
    let median = Sorted::of_ascending(values).ok_or(Undefined::NotFinite).and_then(|sorted| sorted.median());
    let numbers = MeanOfSegment {
        mean: reasons.note("mean", of(|moments| Ok(moments.mean()))),
        mean_interval: reasons.note("mean_interval", interval()),
        sd: reasons.note("sd", of(Moments::sd)),
        median: reasons.note("median", median),
        undefined: reasons.0,
    };
    let n = values.len() as u64;
    SegmentSummary {
        n,
        n_null: counts.n_null,
        n_nan: counts.n_nan,
        n_infinite: counts.n_infinite,
        numbers: Some(numbers),
        event: None,
        levels: Vec::new(),
        left_out: left_out(settings, n),
    }
}

/// The tests of groups of ascending values.
pub(super) fn number_findings(tests: &[TestName], groups: &[&[f64]], conf_level: f64) -> Findings {
    let mut findings = Findings::default();
    for &name in tests {
        let done = match name {
            TestName::WelchAnova | TestName::OneWayAnova => add_anova(&mut findings, name, groups),
            TestName::KruskalWallis => kruskal_wallis_test(groups).map(|found| {
                findings.add(name, found.test);
                findings.add_effect(name, found.epsilon_squared, 0);
            }),
            TestName::Levene => levene_test(groups, Centre::Median).map(|found| findings.add(name, found.test)),
            _ => add_of_two(&mut findings, name, groups, conf_level),
        };
        if let Err(reason) = done {
            findings.refuse(name, None, reason);
        }
    }
    findings
}

/// The tests of two groups, the first less the second.
fn add_of_two(findings: &mut Findings, name: TestName, groups: &[&[f64]], conf_level: f64) -> Result<(), Undefined> {
    let &[a, b] = groups else { return Err(Undefined::OneGroup) };
    match name {
        TestName::WelchT => add_means(findings, name, welch_t_test(a, b, conf_level)?),
        TestName::StudentT => add_means(findings, name, student_t_test(a, b, conf_level)?),
        TestName::MannWhitney => {
            let found = mann_whitney_test(a, b, conf_level)?;
            findings.add(name, found.test);
            findings.add_effect(name, found.common_language, 0);
            findings.add_effect(name, found.rank_biserial, 0);
        }
        _ => findings.add(name, kolmogorov_smirnov_test(a, b)?.test),
    }
    Ok(())
}

fn add_means(findings: &mut Findings, name: TestName, found: TwoMeans) {
    findings.add(name, found.test);
    findings.add_effect(name, found.difference, 0);
    findings.add_effect(name, found.cohens_d, 0);
    match found.hedges_g {
        Ok(effect) => findings.add_effect(name, effect, 0),
        Err(reason) => findings.refuse(name, Some(EffectName::HedgesG), reason),
    }
}

/// Several means: the shares of the squares are those of the plain analysis of variance, whichever
/// test stands beside them.
fn add_anova(findings: &mut Findings, name: TestName, groups: &[&[f64]]) -> Result<(), Undefined> {
    let values = groups.concat();
    let codes: Vec<u32> = (0_u32..).zip(groups).flat_map(|(code, group)| group.iter().map(move |_| code)).collect();
    let squares = one_way(&values, &codes);
    let test = match name {
        TestName::WelchAnova => welch_anova(groups).map(|found| found.test),
        _ => squares.as_ref().map_err(Clone::clone).and_then(fisher),
    };
    match squares {
        Ok(found) => {
            let shares = [(EffectName::EtaSquared, found.eta_squared), (EffectName::OmegaSquared, found.omega_squared)];
            for (effect, estimate) in shares {
                findings.add_effect(name, Effect { name: effect, estimate, interval: None }, 0);
            }
        }
        Err(reason) => {
            findings.refuse(name, Some(EffectName::EtaSquared), reason.clone());
            findings.refuse(name, Some(EffectName::OmegaSquared), reason);
        }
    }
    findings.add(name, test?);
    Ok(())
}

/// Fisher's F; not where it is infinite, as no group has any spread.
fn fisher(found: &OneWayAnova) -> Result<Test, Undefined> {
    Ok(Test {
        name: StatisticName::F,
        statistic: found.f.ok_or(Undefined::Constant)?,
        df: Some(found.df_between as f64),
        df_residual: Some(found.df_within as f64),
        p_value: found.p_value,
    })
}

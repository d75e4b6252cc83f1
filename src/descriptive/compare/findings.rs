//! What tests say: statistics, sizes of effects, and the reasons of those that say nothing.

use serde::Serialize;

use super::magnitude::{EffectSize, effect_size};
use super::test_name::TestName;
use crate::kernel::hypothesis::{Effect, EffectName, StatisticName, Test};
use crate::kernel::interval::Interval;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// A test that has an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TestResult {
    /// Which test.
    pub name: TestName,
    /// Which distribution its statistic has.
    pub statistic_name: StatisticName,
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom, those above the line for F; `None` where the distribution has none.
    pub df: Option<f64>,
    /// Degrees of freedom below the line, for F only.
    pub df_residual: Option<f64>,
    /// Chance of a statistic at least as extreme when the segments do not differ.
    pub p_value: PValue,
    /// The same, adjusted for the other tests of its family; `None` for tests beside the primary
    /// one, which are in none, and where no adjustment was asked for.
    pub p_adjusted: Option<PValue>,
}

/// The size of an effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EffectResult {
    /// What it measures.
    pub name: EffectName,
    /// The test it stands beside.
    pub test: TestName,
    /// How large it is: the segment less, or divided by, the one it is compared with.
    pub estimate: f64,
    /// Where it lies with the asked confidence; `None` where the method gives no interval.
    pub interval: Option<Interval>,
    /// How large that is in words; `None` where there is no convention.
    pub size: Option<EffectSize>,
}

/// A test or an effect without an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UndefinedFinding {
    /// The test.
    pub test: TestName,
    /// The effect beside it; `None` for the test itself.
    pub effect: Option<EffectName>,
    /// Why.
    pub reason: Undefined,
}

/// How far a table of counts can bear a chi-squared test: with more than a fifth of the cells
/// expecting fewer than five rows, p is not to be trusted (W. G. Cochran, 1954).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExpectedCounts {
    /// Cells of the table: segments by levels.
    pub n_cells: u64,
    /// Cells that expect fewer than five rows.
    pub n_small_expected: u64,
    /// The smallest count that a cell expects.
    pub min_expected: f64,
}

/// The tests of some segments on one column, and the sizes of what they found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Findings {
    /// Tests with an answer, in the order in which they were chosen.
    pub tests: Vec<TestResult>,
    /// Effects with an answer.
    pub effects: Vec<EffectResult>,
    /// The table of a chi-squared test.
    pub expected_counts: Option<ExpectedCounts>,
    /// Tests and effects without an answer.
    pub undefined: Vec<UndefinedFinding>,
}

impl Findings {
    /// The answer of a test, if it has one.
    #[must_use]
    pub fn test(&self, name: TestName) -> Option<&TestResult> {
        self.tests.iter().find(|test| test.name == name)
    }

    /// An effect, if it is defined; that of the first test that has it.
    #[must_use]
    pub fn effect(&self, name: EffectName) -> Option<&EffectResult> {
        self.effects.iter().find(|effect| effect.name == name)
    }

    /// Why a test has no answer.
    #[must_use]
    pub fn reason(&self, name: TestName) -> Option<&Undefined> {
        self.undefined.iter().find(|one| one.test == name && one.effect.is_none()).map(|one| &one.reason)
    }

    /// Nothing, for one reason.
    pub(super) fn none(tests: &[TestName], reason: &Undefined) -> Self {
        let mut findings = Self::default();
        tests.iter().for_each(|&test| findings.refuse(test, None, reason.clone()));
        findings
    }

    pub(super) fn add(&mut self, name: TestName, test: Test) {
        let Test { name: statistic_name, statistic, df, df_residual, p_value } = test;
        self.tests.push(TestResult { name, statistic_name, statistic, df, df_residual, p_value, p_adjusted: None });
    }

    pub(super) fn add_effect(&mut self, test: TestName, effect: Effect, n_shorter: usize) {
        let Effect { name, estimate, interval } = effect;
        let size = effect_size(name, estimate, n_shorter);
        self.effects.push(EffectResult { name, test, estimate, interval, size });
    }

    pub(super) fn refuse(&mut self, test: TestName, effect: Option<EffectName>, reason: Undefined) {
        self.undefined.push(UndefinedFinding { test, effect, reason });
    }
}

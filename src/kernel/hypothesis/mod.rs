//! Tests between groups, each with the size of the effect beside its p-value.
//!
//! | question | test |
//! |---|---|
//! | do two means differ | [`welch_t_test`]; [`student_t_test`] where the variances are known to be equal |
//! | do several means differ | [`welch_anova`]; [`one_way`](super::anova::one_way) where the variances are equal |
//! | is one of two groups larger, whatever the scale | [`mann_whitney_test`] |
//! | is one of several groups larger, whatever the scale | [`kruskal_wallis_test`] |
//! | do spreads differ | [`levene_test`] |
//! | do two distributions differ in any way | [`kolmogorov_smirnov_test`] |
//! | do two shares differ | [`two_proportions_test`] |
//! | do shares of categories differ from group to group | [`chi_square_test`] |
//!
//! Groups are slices without nulls; a value that is NaN or infinite leaves every test
//! undefined. Two-sample tests take the first group minus the second. Tests of several groups
//! leave out groups without members and count them. No order of the values changes a digit:
//! sums are exact, ranks are whole numbers.

mod chi_square;
mod kolmogorov_smirnov;
mod kruskal_wallis;
mod levene;
mod mann_whitney;
mod outcome;
mod pooled;
mod spread;
mod student;
mod two_means;
mod two_proportions;
mod welch;
mod welch_anova;

pub use chi_square::{ChiSquare, chi_square_test};
pub use kolmogorov_smirnov::{KolmogorovSmirnov, kolmogorov_smirnov_test};
pub use kruskal_wallis::{KruskalWallis, kruskal_wallis_test};
pub use levene::{Centre, Levene, levene_test};
pub use mann_whitney::{MannWhitney, mann_whitney_test};
pub use outcome::{Effect, EffectName, StatisticName, Test};
pub use student::student_t_test;
pub use two_means::TwoMeans;
pub use two_proportions::{Outcomes, TwoProportions, two_proportions_test};
pub use welch::welch_t_test;
pub use welch_anova::{WelchAnova, welch_anova};

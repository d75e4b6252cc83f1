//! How well a regression fits the rows it was fitted to.

use serde::{Deserialize, Serialize};

use super::likelihood::LikelihoodSums;
use crate::kernel::distribution::{chi_squared, fisher_f};
use crate::kernel::p_value::PValue;
use crate::solver::regression::{Family, RegressionFit};

/// A test of all columns at once against the intercept alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OverallTest {
    /// F for linear regression, else twice the gain in log-likelihood (a chi-squared).
    pub statistic: f64,
    /// Columns that are tested.
    pub df: f64,
    /// Residual degrees of freedom of an F.
    pub df_residual: Option<f64>,
    /// Its p-value.
    pub p_value: PValue,
}

/// Statistics of a fit. Those that a family or a kind of weight does not have are `None`.
///
/// # References
/// McFadden (1974); Cox & Snell (1989), The Analysis of Binary Data; Nagelkerke (1991),
/// Biometrika 78(3), 691-692; Tjur (2009), The American Statistician 63(4), 366-372.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FitStatistics {
    family: Family,
    fit_intercept: bool,
    /// Rows, or the sum of frequencies.
    pub n_obs: f64,
    /// Coefficients that are not aliased, with the intercept.
    pub n_parameters: f64,
    /// The same under a penalty: the trace of the part that the data have in the information.
    pub effective_parameters: f64,
    /// `n_obs` less `n_parameters`; 0 or below where there are as many columns as rows.
    pub df_residual: f64,
    /// Twice what the likelihood lacks to that of means equal to the responses; for a linear
    /// regression the sum of squared residuals.
    pub deviance: f64,
    /// The same for the intercept alone (for nothing at all without one).
    pub null_deviance: f64,
    /// Sum of squared residuals over their variances.
    pub pearson_chi2: f64,
    /// Variance beside what the family says: 1 for logistic and Poisson, Pearson's chi-squared
    /// over the residual degrees of freedom for the others.
    pub dispersion: f64,
    /// Logarithm of the likelihood; none for Tweedie (no closed form), sampling and class
    /// weights (no likelihood), and a perfect fit.
    pub log_likelihood: Option<f64>,
    /// The same for the intercept alone.
    pub null_log_likelihood: Option<f64>,
    /// Tjur's coefficient of discrimination: mean probability of those with the event less that
    /// of those without. Logistic regression only.
    pub tjur_r2: Option<f64>,
    /// Condition number of the columns, each scaled to length 1; from 30 on near dependencies do
    /// harm (Belsley, Kuh & Welsch 1980). None for a fit by batches.
    pub condition_number: Option<f64>,
    /// Steps of Newton's method.
    pub iterations: u32,
}

impl FitStatistics {
    pub(super) fn new(
        family: Family,
        fit_intercept: bool,
        n_obs: f64,
        n_parameters: f64,
        solved: &RegressionFit,
    ) -> Self {
        let df_residual = n_obs - n_parameters;
        let dispersion = match family {
            Family::Binomial | Family::Poisson => 1.0,
            // Undetermined without residual degrees of freedom; errors are 0 then, and are not told.
            _ if df_residual > 0.0 => solved.pearson_chi2 / df_residual,
            _ => 0.0,
        };
        Self {
            family,
            fit_intercept,
            n_obs,
            n_parameters,
            effective_parameters: solved.effective_parameters,
            df_residual,
            deviance: solved.deviance,
            null_deviance: solved.null_deviance,
            pearson_chi2: solved.pearson_chi2,
            dispersion,
            log_likelihood: None,
            null_log_likelihood: None,
            tjur_r2: None,
            condition_number: None,
            iterations: solved.iterations,
        }
    }

    /// The log-likelihoods of the fit and of the intercept alone.
    pub(super) fn add_likelihoods(&mut self, sums: &LikelihoodSums) {
        self.log_likelihood = sums.log_likelihood(self.deviance, self.dispersion).ok();
        // A Gamma's dispersion is that of the fit, so its null model has another one.
        let has_null = self.family != Family::Gamma;
        self.null_log_likelihood =
            if has_null { sums.log_likelihood(self.null_deviance, self.dispersion).ok() } else { None };
    }

    /// Akaike's criterion, `2 k - 2 l`, with the coefficients as `k` (as statsmodels; R counts the
    /// variance too). Under a penalty `k` is `effective_parameters`.
    #[must_use]
    pub fn aic(&self) -> Option<f64> {
        Some(2.0 * self.effective_parameters - 2.0 * self.log_likelihood?)
    }

    /// Schwarz's criterion, `k ln n - 2 l`.
    #[must_use]
    pub fn bic(&self) -> Option<f64> {
        Some(self.effective_parameters * self.n_obs.ln() - 2.0 * self.log_likelihood?)
    }

    /// Share of the deviance that the columns take away; for a linear regression R2, about the
    /// mean with an intercept and about zero without.
    #[must_use]
    pub fn deviance_explained(&self) -> Option<f64> {
        (self.null_deviance > 0.0).then(|| 1.0 - self.deviance / self.null_deviance)
    }

    /// R2 of a linear regression.
    #[must_use]
    pub fn r_squared(&self) -> Option<f64> {
        if self.family == Family::Gaussian { self.deviance_explained() } else { None }
    }

    /// R2 less what as many columns of noise would explain.
    #[must_use]
    pub fn adj_r_squared(&self) -> Option<f64> {
        let of_null = self.n_obs - self.n_free();
        let unexplained = 1.0 - self.r_squared()?;
        (self.df_residual > 0.0).then(|| 1.0 - unexplained * of_null / self.df_residual)
    }

    /// McFadden's pseudo-R2, `1 - l / l0`.
    #[must_use]
    pub fn mcfadden_r2(&self) -> Option<f64> {
        let (fitted, null) = self.pseudo()?;
        (null != 0.0).then(|| 1.0 - fitted / null)
    }

    /// Cox and Snell's pseudo-R2, `1 - exp(2 (l0 - l) / n)`.
    #[must_use]
    pub fn cox_snell_r2(&self) -> Option<f64> {
        let (fitted, null) = self.pseudo()?;
        Some(-(2.0 * (null - fitted) / self.n_obs).exp_m1())
    }

    /// Nagelkerke's pseudo-R2: Cox and Snell's over its maximum.
    #[must_use]
    pub fn nagelkerke_r2(&self) -> Option<f64> {
        let (_, null) = self.pseudo()?;
        let most = -(2.0 * null / self.n_obs).exp_m1();
        Some(self.cox_snell_r2()? / most).filter(|share| share.is_finite())
    }

    /// Both likelihoods of a logistic regression.
    fn pseudo(&self) -> Option<(f64, f64)> {
        if self.family == Family::Binomial { self.log_likelihood.zip(self.null_log_likelihood) } else { None }
    }

    /// The intercept, where there is one.
    fn n_free(&self) -> f64 {
        f64::from(u8::from(self.fit_intercept))
    }

    /// All columns against the intercept alone: F of a linear regression, the ratio of likelihoods
    /// of a logistic or Poisson one.
    #[must_use]
    pub fn overall_test(&self) -> Option<OverallTest> {
        let df = self.n_parameters - self.n_free();
        if df <= 0.0 {
            return None;
        }
        let gained = (self.null_deviance - self.deviance).max(0.0);
        match self.family {
            Family::Gaussian if self.df_residual > 0.0 && self.deviance > 0.0 => {
                let statistic = (gained / df) / (self.deviance / self.df_residual);
                let p_value = fisher_f::upper_tail(statistic, df, self.df_residual).ok()?;
                Some(OverallTest { statistic, df, df_residual: Some(self.df_residual), p_value })
            }
            Family::Binomial | Family::Poisson if self.log_likelihood.is_some() => {
                let p_value = chi_squared::upper_tail(gained, df).ok()?;
                Some(OverallTest { statistic: gained, df, df_residual: None, p_value })
            }
            _ => None,
        }
    }
}

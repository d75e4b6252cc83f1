//! Weights that give a sample the margins of its population, by iterative proportional fitting.
//!
//! Notation: `d` the weights that respondents begin with, made to have mean 1; `g` the factor of
//! each, so that `w = d g` is the weight in the end; `t` the share of a level in the population. In
//! turn for each margin, the factors of every level are multiplied by `t` over the share that it
//! has, until all margins fit. Of all weights with these margins those are found that are closest
//! to the ones begun with. W. E. Deming & F. F. Stephan (1940), "On a least squares
//! adjustment of a sampled frequency table when the expected marginal totals are known", Annals of
//! Mathematical Statistics 11(4), 427-444; C. T. Ireland & S. Kullback (1968), "Contingency tables
//! with given marginals", Biometrika 55(1), 179-188. Factors are trimmed after each turn: M. P.
//! Battaglia, D. C. Hoaglin & M. R. Frankel (2009), "Practical considerations in raking survey
//! data", Survey Practice 2(5).

use serde::Serialize;

use crate::kernel::undefined::Undefined;

/// A margin: the level of each unit, and what its levels are to be.
#[derive(Clone, Copy, Debug)]
pub struct Margin<'a> {
    /// The level of each unit, numbered from 0.
    pub levels: &'a [u32],
    /// The population of each level: shares, or counts, above 0.
    pub targets: &'a [f64],
}

/// Respondents who are alike in all margins, and the weights that they begin with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RakingUnit {
    /// Respondents.
    pub n: u64,
    /// Sum of their weights, above 0.
    pub sum: f64,
    /// Sum of the squares of these.
    pub squares: f64,
    /// The least of them.
    pub min: f64,
    /// The greatest of them.
    pub max: f64,
}

impl RakingUnit {
    /// Respondents who begin with the same weight.
    #[must_use]
    pub fn equal(n: u64, weight: f64) -> Self {
        let sum = n as f64 * weight;
        Self { n, sum, squares: sum * weight, min: weight, max: weight }
    }
}

/// When to stop, and how far factors may go.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::RakingOptions;
///
/// let options = RakingOptions::new().tol(1e-8).bounds(0.25, 4.0);
/// assert_eq!((options.max_iter, options.tol, options.bounds), (1_000, 1e-8, Some((0.25, 4.0))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RakingOptions {
    /// Turns through all margins at the most.
    pub max_iter: u32,
    /// Largest distance between the share of a level and its target that counts as none.
    pub tol: f64,
    /// Least and greatest factor, where the weighted mean is 1; without weights to begin with the
    /// factor is the weight.
    pub bounds: Option<(f64, f64)>,
}

impl Default for RakingOptions {
    fn default() -> Self {
        Self { max_iter: 1_000, tol: 1e-10, bounds: None }
    }
}

impl RakingOptions {
    /// 1,000 turns, distances of 1e-10, and factors as large as it takes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Turns through all margins at the most.
    #[must_use]
    pub fn max_iter(self, max_iter: u32) -> Self {
        Self { max_iter, ..self }
    }

    /// Largest distance between the share of a level and its target that counts as none.
    #[must_use]
    pub fn tol(self, tol: f64) -> Self {
        Self { tol, ..self }
    }

    /// Least and greatest factor.
    #[must_use]
    pub fn bounds(self, least: f64, greatest: f64) -> Self {
        Self { bounds: Some((least, greatest)), ..self }
    }
}

/// Weights, and how well the margins fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Raked {
    /// What the weights of each unit are multiplied by, once the mean of all is 1; the mean weight
    /// stays 1, or a little off it where factors were trimmed and margins do not fit.
    pub factors: Vec<f64>,
    /// Mean of the weights that respondents began with.
    pub mean_weight: f64,
    /// Turns through all margins.
    pub n_iter: u32,
    /// Whether all margins fit.
    pub is_converged: bool,
    /// Largest distance between the share of a level and its target.
    pub max_deviation: f64,
    /// What unequal weights cost: `n sum w^2 / (sum w)^2`, 1 or above (Kish 1965).
    pub design_effect: f64,
    /// How many respondents of equal weight would say as much.
    pub n_effective: f64,
    /// Least weight of a respondent, where the mean is 1.
    pub min_weight: f64,
    /// Greatest weight of a respondent, where the mean is 1.
    pub max_weight: f64,
    /// Respondents whose factor lies on a bound.
    pub n_trimmed: u64,
}

/// Factors for weights so that the levels of every margin have their shares of the population.
///
/// Units should come in an order that is not that of the rows, as their sums are rounded. It
/// takes respondents on every level, and margins that do not contradict each other where cells
/// are empty: else it stops after `max_iter` turns, with `is_converged` false and the distance
/// that is left.
///
/// # Errors
/// `TooFew` without units or margins; `OutOfRange` when a margin has not one level for each unit,
/// a level has no target, or bounds are not `0 <= low < 1 < high`; `NotPositive` for a target, a
/// weight or a tolerance that is not above 0; `NoWeight` for a level without respondents;
/// `NotFinite`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{Margin, RakingOptions, RakingUnit, rake};
///
/// // 75 men and 25 women answered; half and half live there.
/// let units = [RakingUnit::equal(75, 1.0), RakingUnit::equal(25, 1.0)];
/// let sex = Margin { levels: &[0, 1], targets: &[0.5, 0.5] };
/// let raked = rake(&units, &[sex], RakingOptions::default())?;
/// assert_eq!(raked.factors, [50.0 / 75.0, 2.0]);
/// assert!((raked.n_effective - 75.0).abs() < 1e-12);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn rake(units: &[RakingUnit], margins: &[Margin<'_>], options: RakingOptions) -> Result<Raked, Undefined> {
    check(units, margins, options)?;
    let n: u64 = units.iter().map(|unit| unit.n).sum();
    let shares: Vec<Vec<f64>> = margins.iter().map(|margin| shares(margin.targets)).collect::<Result<_, _>>()?;
    let mean_weight = units.iter().map(|unit| unit.sum).sum::<f64>() / n as f64;
    let base = units.iter().map(|unit| unit.sum / mean_weight).collect();
    let mut raking = Raking { units, margins, shares, n: n as f64, mean_weight, base, factors: vec![1.0; units.len()] };
    let mut n_iter = 0;
    let mut max_deviation = raking.deviation();
    while n_iter < options.max_iter && (max_deviation > options.tol || raking.is_beyond(options.bounds)) {
        (0..margins.len()).for_each(|margin| raking.fit(margin));
        raking.trim(options.bounds);
        max_deviation = raking.deviation();
        n_iter += 1;
    }
    let is_converged = max_deviation <= options.tol && !raking.is_beyond(options.bounds);
    if raking.factors.iter().all(|factor| factor.is_finite()) {
        Ok(raking.finish(n_iter, is_converged, max_deviation, options.bounds))
    } else {
        Err(Undefined::Overflow)
    }
}

fn check(units: &[RakingUnit], margins: &[Margin<'_>], options: RakingOptions) -> Result<(), Undefined> {
    if units.is_empty() || margins.is_empty() {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let targets = margins.iter().flat_map(|margin| margin.targets).copied();
    let weights = units.iter().flat_map(|unit| [unit.sum, unit.squares, unit.min, unit.max]);
    let numbers = || targets.clone().chain(weights.clone()).chain([options.tol]);
    if !numbers().all(f64::is_finite) {
        return Err(Undefined::NotFinite);
    }
    if !numbers().all(|number| number > 0.0) || units.iter().any(|unit| unit.n == 0) {
        return Err(Undefined::NotPositive);
    }
    let is_even = |margin: &Margin<'_>| {
        margin.levels.len() == units.len() && margin.levels.iter().all(|&level| (level as usize) < margin.targets.len())
    };
    let are_bounds = options.bounds.is_none_or(|(low, high)| (0.0..1.0).contains(&low) && high > 1.0);
    if !margins.iter().all(is_even) || !are_bounds {
        return Err(Undefined::OutOfRange);
    }
    let has_all = |margin: &Margin<'_>| {
        let mut seen = vec![false; margin.targets.len()];
        margin.levels.iter().for_each(|&level| seen[level as usize] = true);
        seen.into_iter().all(|seen| seen)
    };
    if margins.iter().all(has_all) { Ok(()) } else { Err(Undefined::NoWeight) }
}

fn shares(targets: &[f64]) -> Result<Vec<f64>, Undefined> {
    let total: f64 = targets.iter().sum();
    let shares: Vec<f64> = targets.iter().map(|target| target / total).collect();
    if shares.iter().all(|&share| share > 0.0) { Ok(shares) } else { Err(Undefined::Overflow) }
}

/// The factors so far.
struct Raking<'a> {
    units: &'a [RakingUnit],
    margins: &'a [Margin<'a>],
    shares: Vec<Vec<f64>>,
    n: f64,
    mean_weight: f64,
    /// The weights of each unit before factors, where the mean of all is 1.
    base: Vec<f64>,
    factors: Vec<f64>,
}

impl Raking<'_> {
    /// The weight of each level of a margin.
    fn totals(&self, margin: usize) -> Vec<f64> {
        let mut totals = vec![0.0; self.shares[margin].len()];
        for ((&level, base), factor) in self.margins[margin].levels.iter().zip(&self.base).zip(&self.factors) {
            totals[level as usize] += base * factor;
        }
        totals
    }

    /// Gives the levels of one margin their shares.
    fn fit(&mut self, margin: usize) {
        let by_level: Vec<f64> =
            self.totals(margin).iter().zip(&self.shares[margin]).map(|(total, share)| share * self.n / total).collect();
        let levels = self.margins[margin].levels;
        self.factors.iter_mut().zip(levels).for_each(|(factor, &level)| *factor *= by_level[level as usize]);
    }

    fn deviation(&self) -> f64 {
        let of_margin = |margin: usize| {
            let totals = self.totals(margin);
            let total: f64 = totals.iter().sum();
            let distance = |(level, share): (&f64, &f64)| (level / total - share).abs();
            totals.iter().zip(&self.shares[margin]).map(distance).fold(0.0, f64::max)
        };
        (0..self.margins.len()).map(of_margin).fold(0.0, f64::max)
    }

    fn is_beyond(&self, bounds: Option<(f64, f64)>) -> bool {
        bounds.is_some_and(|(low, high)| !self.factors.iter().all(|factor| (low..=high).contains(factor)))
    }

    fn trim(&mut self, bounds: Option<(f64, f64)>) {
        if let Some((low, high)) = bounds {
            self.factors.iter_mut().for_each(|factor| *factor = factor.clamp(low, high));
        }
    }

    fn finish(self, n_iter: u32, is_converged: bool, max_deviation: f64, bounds: Option<(f64, f64)>) -> Raked {
        let with_factors = || self.units.iter().zip(&self.factors);
        let total: f64 = self.base.iter().zip(&self.factors).map(|(base, factor)| base * factor).sum();
        let in_means = |weight: f64| weight / self.mean_weight;
        let squares: f64 =
            with_factors().map(|(unit, factor)| in_means(in_means(unit.squares)) * factor * factor).sum();
        let is_on = |factor: f64| bounds.is_some_and(|(low, high)| factor == low || factor == high);
        let n_effective = (total * total / squares).min(self.n);
        let least = with_factors().map(|(unit, factor)| in_means(unit.min) * factor);
        let greatest = with_factors().map(|(unit, factor)| in_means(unit.max) * factor);
        Raked {
            n_iter,
            is_converged,
            max_deviation,
            design_effect: self.n / n_effective,
            n_effective,
            min_weight: least.fold(f64::INFINITY, f64::min),
            max_weight: greatest.fold(0.0, f64::max),
            n_trimmed: with_factors().filter(|(_, factor)| is_on(**factor)).map(|(unit, _)| unit.n).sum(),
            mean_weight: self.mean_weight,
            factors: self.factors,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units(counts: &[u64]) -> Vec<RakingUnit> {
        counts.iter().map(|&n| RakingUnit::equal(n, 1.0)).collect()
    }

    /// Oracle: the same steps in mpmath 1.4.1 with 40 digits until nothing moves, on the table
    /// 40 30 20 / 35 50 100 with margins 0.4, 0.6 and 0.3, 0.3, 0.4.
    #[test]
    fn a_table_is_fitted_to_its_margins() {
        let units = units(&[40, 30, 20, 35, 50, 100]);
        let rows = Margin { levels: &[0, 0, 0, 1, 1, 1], targets: &[40.0, 60.0] };
        let columns = Margin { levels: &[0, 1, 2, 0, 1, 2], targets: &[0.3, 0.3, 0.4] };
        let options = RakingOptions { tol: 1e-15, ..RakingOptions::default() };
        let raked = rake(&units, &[rows, columns], options).unwrap();
        assert!(raked.is_converged && raked.max_deviation <= 1e-15, "{raked:?}");
        for (weight, expected) in raked.factors.iter().zip([
            1.2483565291774395,
            1.22645603932591,
            1.163602882656256,
            0.930_449_680_940_069_1,
            0.914126376404454,
            0.867_279_423_468_748_8,
        ]) {
            assert!((weight / expected - 1.0).abs() < 1e-13, "{weight} {expected}");
        }
    }

    #[test]
    fn weights_that_fit_are_left_alone() {
        let margin = Margin { levels: &[0, 1], targets: &[1.0, 3.0] };
        let raked = rake(&units(&[10, 30]), &[margin], RakingOptions::default()).unwrap();
        assert_eq!((raked.n_iter, raked.factors, raked.design_effect), (0, vec![1.0, 1.0], 1.0));
    }

    /// Targets 0.9 and 0.1 of 50 and 50 would take weights of 1.8 and 0.2. Of four cells with two
    /// margins, those with both rare levels may be trimmed, as the others can make up for them.
    #[test]
    fn weights_stay_within_bounds_or_the_margins_do_not_fit() {
        let margin = Margin { levels: &[0, 1], targets: &[0.9, 0.1] };
        let bounded = RakingOptions { bounds: Some((0.25, 4.0)), max_iter: 50, ..RakingOptions::default() };
        let raked = rake(&units(&[50, 50]), &[margin], bounded).unwrap();
        assert!(!raked.is_converged && raked.n_iter == 50 && raked.max_deviation > 0.01, "{raked:?}");

        let a = Margin { levels: &[0, 0, 1, 1], targets: &[0.5, 0.5] };
        let b = Margin { levels: &[0, 1, 0, 1], targets: &[0.5, 0.5] };
        let counts = units(&[60, 15, 20, 5]);
        let free = rake(&counts, &[a, b], RakingOptions::default()).unwrap();
        assert!(free.max_weight > 4.5 && free.n_trimmed == 0, "{free:?}");
        let bounds = RakingOptions { bounds: Some((0.0, 4.0)), ..RakingOptions::default() };
        let raked = rake(&counts, &[a, b], bounds).unwrap();
        assert!(raked.is_converged && raked.max_weight == 4.0, "{raked:?}");
        assert_eq!(raked.n_trimmed, 5);
    }

    /// Oracle: by hand; weights 1 and 3 in the first unit, 2 in the second, with mean 2: factors
    /// 0.5 / 0.5 and 0.5 / 0.5 of weights 0.5, 1.5 and 1, 1; targets 1 to 3 halve and raise by half.
    #[test]
    fn weights_that_respondents_begin_with_are_kept_in_proportion() {
        let units = [RakingUnit { n: 2, sum: 4.0, squares: 10.0, min: 1.0, max: 3.0 }, RakingUnit::equal(2, 2.0)];
        let margin = Margin { levels: &[0, 1], targets: &[1.0, 3.0] };
        let raked = rake(&units, &[margin], RakingOptions::default()).unwrap();
        assert_eq!((raked.factors, raked.mean_weight), (vec![0.5, 1.5], 2.0));
        // Weights 0.25, 0.75, 1.5, 1.5 with squares 0.0625 + 0.5625 + 4.5.
        assert_eq!((raked.min_weight, raked.max_weight), (0.25, 1.5));
        assert!((raked.n_effective - 16.0 / 5.125).abs() < 1e-14);
    }

    #[test]
    fn margins_that_contradict_each_other_do_not_converge() {
        let a = Margin { levels: &[0, 1], targets: &[0.5, 0.5] };
        let b = Margin { levels: &[0, 1], targets: &[0.4, 0.6] };
        let raked =
            rake(&units(&[10, 10]), &[a, b], RakingOptions { max_iter: 20, ..RakingOptions::default() }).unwrap();
        assert!(!raked.is_converged);
        assert!((raked.max_deviation - 0.1).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_raked_says_why() {
        let two = units(&[1, 1]);
        let options = RakingOptions::default();
        let refused =
            |levels: &[u32], targets: &[f64], options| rake(&two, &[Margin { levels, targets }], options).unwrap_err();
        assert_eq!(refused(&[0, 0], &[0.5, 0.5], options), Undefined::NoWeight);
        assert_eq!(refused(&[0, 1], &[0.5], options), Undefined::OutOfRange);
        assert_eq!(refused(&[0], &[0.5], options), Undefined::OutOfRange);
        assert_eq!(refused(&[0, 1], &[1.0, 0.0], options), Undefined::NotPositive);
        assert_eq!(refused(&[0, 1], &[1.0, f64::NAN], options), Undefined::NotFinite);
        for bounds in [(-1.0, 2.0), (0.5, 1.0), (1.0, 2.0), (0.5, f64::NAN)] {
            assert_eq!(
                refused(&[0, 1], &[1.0, 1.0], RakingOptions { bounds: Some(bounds), ..options }),
                Undefined::OutOfRange
            );
        }
        assert_eq!(rake(&[], &[], options).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
        let zero = [RakingUnit::equal(1, 0.0); 2];
        assert_eq!(
            rake(&zero, &[Margin { levels: &[0, 1], targets: &[1.0, 1.0] }], options).unwrap_err(),
            Undefined::NotPositive
        );
    }

    proptest! {
        #[test]
        fn margins_fit_and_the_mean_is_one(
            counts in prop::collection::vec(1_u64..50, 12),
            a in prop::collection::vec(0.1..1.0, 3),
            b in prop::collection::vec(0.1..1.0, 4),
            factor in 0.01..100.0,
        ) {
            let units: Vec<RakingUnit> = counts.iter().map(|&n| RakingUnit::equal(n, factor)).collect();
            let (rows, columns): (Vec<u32>, Vec<u32>) = (0..12).map(|cell| (cell / 4, cell % 4)).unzip();
            let margins = [Margin { levels: &rows, targets: &a }, Margin { levels: &columns, targets: &b }];
            let raked = rake(&units, &margins, RakingOptions::default()).unwrap();
            let n: u64 = counts.iter().sum();
            let total: f64 = counts.iter().zip(&raked.factors).map(|(&n, weight)| n as f64 * weight).sum();
            prop_assert!(raked.is_converged && raked.max_deviation <= 1e-10);
            prop_assert!((total / n as f64 - 1.0).abs() < 1e-12);
            prop_assert!(raked.design_effect >= 1.0);
        }
    }
}

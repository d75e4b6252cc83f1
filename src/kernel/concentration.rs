//! How unevenly a total is spread: Lorenz curve, Gini coefficient, share of the top.
//!
//! Notation: `x_(1) <= ... <= x_(n)` the values, none negative; `S` their sum.
//!
//! ```text
//! G = 2 sum i x_(i) / (n S) - (n + 1) / n
//! share of the top p = 1 - L(1 - p),  L the Lorenz curve, linear between customers
//! ```
//! Gini (1912); Lorenz (1905), Publ. Am. Stat. Assoc. 9(70).

use super::sum::CompensatedSum;

/// Cumulative sums of the values in ascending order, ready for questions.
#[derive(Clone, Debug)]
pub struct Lorenz {
    /// `cumulative[i]` = sum of the `i` smallest values.
    cumulative: Vec<f64>,
    gini: f64,
}

impl Lorenz {
    /// From non-negative values in ascending order; `None` when their sum is zero or no
    /// finite number.
    #[must_use]
    pub fn of(ascending: &[f64]) -> Option<Self> {
        let n = ascending.len() as f64;
        let (mut sum, mut weighted) = (CompensatedSum::default(), CompensatedSum::default());
        let mut cumulative = Vec::with_capacity(ascending.len() + 1);
        cumulative.push(0.0);
        for (i, &x) in ascending.iter().enumerate() {
            sum.add(x);
            weighted.add((i + 1) as f64 * x);
            cumulative.push(sum.value());
        }
        let total = sum.value();
        let gini = (2.0 * weighted.value() / (n * total) - (n + 1.0) / n).max(0.0);
        (total > 0.0 && total.is_finite() && weighted.value().is_finite()).then_some(Self { cumulative, gini })
    }

    /// Gini coefficient: 0 when all have the same, towards 1 when one has all.
    #[must_use]
    pub fn gini(&self) -> f64 {
        self.gini
    }

    /// The total of all values.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or_default()
    }

    /// Share of the total held by the top `share` of the customers, 0..=1; a fraction of a
    /// customer counts in proportion.
    #[must_use]
    pub fn top_share(&self, share: f64) -> Option<f64> {
        if !(0.0..=1.0).contains(&share) {
            return None;
        }
        let n = self.cumulative.len() - 1;
        let position = (1.0 - share) * n as f64;
        let low = (position.floor() as usize).min(n);
        let high = (low + 1).min(n);
        let below = self.cumulative[low] + (self.cumulative[high] - self.cumulative[low]) * (position - low as f64);
        Some((1.0 - below / self.total()).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: python, fractions: x = 1 2 3 4: 2 * 30 / (4 * 10) - 5/4 = 1/4.
    #[test]
    fn gini_agrees_with_fractions() {
        assert!((Lorenz::of(&[1.0, 2.0, 3.0, 4.0]).unwrap().gini() - 0.25).abs() < 1e-15);
        assert_eq!(Lorenz::of(&[5.0; 7]).unwrap().gini(), 0.0);
        assert!((Lorenz::of(&[0.0, 0.0, 0.0, 9.0]).unwrap().gini() - 0.75).abs() < 1e-15);
    }

    #[test]
    fn the_top_holds_its_share() {
        let curve = Lorenz::of(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((curve.top_share(0.25).unwrap() - 0.4).abs() < 1e-15);
        assert!((curve.top_share(0.125).unwrap() - 0.2).abs() < 1e-15);
        assert_eq!((curve.top_share(0.0), curve.top_share(1.0)), (Some(0.0), Some(1.0)));
        assert_eq!((curve.top_share(1.1), curve.top_share(f64::NAN)), (None, None));
    }

    #[test]
    fn nothing_to_share_is_undefined() {
        assert!(Lorenz::of(&[]).is_none());
        assert!(Lorenz::of(&[0.0, 0.0]).is_none());
    }
}

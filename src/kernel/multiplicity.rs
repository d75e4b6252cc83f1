//! P-values adjusted for the number of tests they are one of.
//!
//! Notation: `m` p-values in ascending order, `p_(1) <= ... <= p_(m)`. Bonferroni `m p`; Holm the
//! largest of `(m - j + 1) p_(j)` over `j <= i`; Benjamini-Hochberg the smallest of `m p_(j) / j`
//! over `j >= i`; all at most 1. Everything is done on logarithms, so that 1e-3000 stays what it is.
//!
//! S. Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70; Y. Benjamini & Y. Hochberg
//! (1995), Journal of the Royal Statistical Society B 57(1), 289-300.

use serde::{Deserialize, Serialize};

use super::p_value::PValue;

/// How p-values are adjusted for the number of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Multiplicity {
    /// Not at all: each test by itself.
    None,
    /// Family-wise error, by the number of tests alone; Holm's is never larger.
    Bonferroni,
    /// Family-wise error: the chance of any false finding, whatever the tests depend on.
    Holm,
    /// False discovery rate: the expected share of false findings, for tests that are independent
    /// or positively dependent.
    BenjaminiHochberg,
}

impl Multiplicity {
    /// Adjusts the p-values of results together, and hands each result its own.
    pub(crate) fn adjust_all<T>(
        self,
        results: &mut [T],
        p_value: impl Fn(&T) -> Option<PValue>,
        take: impl Fn(&mut T, Option<PValue>),
    ) {
        let p_values: Vec<Option<PValue>> = results.iter().map(p_value).collect();
        results.iter_mut().zip(self.adjust(&p_values)).for_each(|(result, adjusted)| take(result, adjusted));
    }

    /// The adjusted p-values, in the order given. Undefined tests stay so and do not count.
    ///
    /// ```
    /// use customer_analytics::kernel::multiplicity::Multiplicity;
    /// use customer_analytics::kernel::p_value::PValue;
    /// let p = |value: f64| Some(PValue::from_ln(value.ln()));
    /// let adjusted = Multiplicity::Holm.adjust(&[p(0.03), None, p(0.01)]);
    /// assert!((adjusted[0].unwrap().value() - 0.03).abs() < 1e-15);
    /// assert!((adjusted[2].unwrap().value() - 0.02).abs() < 1e-15);
    /// assert_eq!(adjusted[1], None);
    /// ```
    #[must_use]
    pub fn adjust(self, p_values: &[Option<PValue>]) -> Vec<Option<PValue>> {
        let defined: Vec<PValue> = p_values.iter().copied().flatten().collect();
        let adjusted = match self {
            Self::None => defined,
            Self::Bonferroni => bonferroni(&defined),
            Self::Holm => holm(&defined),
            Self::BenjaminiHochberg => benjamini_hochberg(&defined),
        };
        let mut adjusted = adjusted.into_iter();
        p_values.iter().map(|p| p.and_then(|_| adjusted.next())).collect()
    }
}

/// Bonferroni's adjusted p-values, in the order given.
#[must_use]
pub fn bonferroni(p_values: &[PValue]) -> Vec<PValue> {
    let ln_m = (p_values.len() as f64).ln();
    p_values.iter().map(|p| PValue::from_ln(p.ln() + ln_m)).collect()
}

/// Holm's adjusted p-values, in the order given; equal ones stay equal.
#[must_use]
pub fn holm(p_values: &[PValue]) -> Vec<PValue> {
    let m = p_values.len();
    let order = ascending(p_values);
    let mut largest = f64::NEG_INFINITY;
    let adjusted = order.iter().enumerate().map(|(below, &at)| {
        largest = largest.max(p_values[at].ln() + ((m - below) as f64).ln());
        (at, largest)
    });
    in_place(m, adjusted)
}

/// Benjamini and Hochberg's adjusted p-values, in the order given; equal ones stay equal.
#[must_use]
pub fn benjamini_hochberg(p_values: &[PValue]) -> Vec<PValue> {
    let m = p_values.len();
    let order = ascending(p_values);
    let mut smallest = 0.0_f64;
    let adjusted = order.iter().enumerate().rev().map(|(below, &at)| {
        smallest = smallest.min(p_values[at].ln() + (m as f64 / (below + 1) as f64).ln());
        (at, smallest)
    });
    in_place(m, adjusted)
}

fn ascending(p_values: &[PValue]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].ln().total_cmp(&p_values[b].ln()));
    order
}

fn in_place(m: usize, adjusted: impl Iterator<Item = (usize, f64)>) -> Vec<PValue> {
    let mut placed = vec![PValue::from_ln(0.0); m];
    adjusted.for_each(|(at, ln)| placed[at] = PValue::from_ln(ln));
    placed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f64]) -> Vec<PValue> {
        values.iter().map(|p| PValue::from_ln(p.ln())).collect()
    }

    fn assert_values(found: &[PValue], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (p, value) in found.iter().zip(expected) {
            assert!((p.value() - value).abs() <= 1e-15, "{} {value}", p.value());
        }
    }

    /// Oracle: statsmodels 0.15.0, `multipletests`; the p-values with ties and out of order.
    #[test]
    fn adjusted_p_values_are_those_of_statsmodels() {
        let p_values = of(&[0.01, 0.04, 0.03, 0.005, 0.04, 0.8, 0.0001, 0.04]);
        assert_values(&bonferroni(&p_values), &[0.08, 0.32, 0.24, 0.04, 0.32, 1.0, 0.0008, 0.32]);
        assert_values(&holm(&p_values), &[0.06, 0.16, 0.15, 0.035, 0.16, 0.8, 0.0008, 0.16]);
        let (small, tied) = (0.02666666666666667, 0.045714285714285714);
        assert_values(&benjamini_hochberg(&p_values), &[small, tied, tied, 0.02, tied, 0.8, 0.0008, tied]);
    }

    /// By hand: twice 1e-3000, and once that.
    #[test]
    fn what_underflows_is_adjusted_all_the_same() {
        let ln_10 = std::f64::consts::LN_10;
        let p_values = [PValue::from_ln(-3000.0 * ln_10), PValue::from_ln(0.5_f64.ln())];
        let log10 = -3000.0 + 2.0_f64.log10();
        for adjust in [bonferroni, holm, benjamini_hochberg] {
            assert!((adjust(&p_values)[0].log10() - log10).abs() < 1e-11);
        }
    }

    #[test]
    fn undefined_tests_do_not_count() {
        let p = of(&[0.2, 0.3]);
        for method in
            [Multiplicity::None, Multiplicity::Bonferroni, Multiplicity::Holm, Multiplicity::BenjaminiHochberg]
        {
            let with_gaps = method.adjust(&[None, Some(p[0]), None, Some(p[1])]);
            let without = method.adjust(&[Some(p[0]), Some(p[1])]);
            assert_eq!(with_gaps, [None, without[0], None, without[1]]);
            assert_eq!(method.adjust(&[None]), [None]);
            assert_eq!(method.adjust(&[]), []);
        }
        assert_eq!(Multiplicity::None.adjust(&[Some(p[0])]), [Some(p[0])]);
    }

    #[test]
    fn names_in_files_are_in_snake_case() {
        assert_eq!(serde_json::to_string(&Multiplicity::BenjaminiHochberg).unwrap(), "\"benjamini_hochberg\"");
        assert_eq!(serde_json::from_str::<Multiplicity>("\"none\"").unwrap(), Multiplicity::None);
    }

    proptest! {
        #[test]
        fn order_changes_nothing_and_order_is_kept(lns in prop::collection::vec((-40_i32..=0).prop_map(|ln| f64::from(ln) / 4.0), 0..30)) {
            let p_values: Vec<PValue> = lns.iter().map(|&ln| PValue::from_ln(ln)).collect();
            let reversed: Vec<PValue> = p_values.iter().rev().copied().collect();
            for adjust in [bonferroni, holm, benjamini_hochberg] {
                let adjusted = adjust(&p_values);
                let mut again = adjust(&reversed);
                again.reverse();
                prop_assert_eq!(&adjusted, &again);
                for (one, a) in p_values.iter().zip(&adjusted) {
                    prop_assert!(a >= one);
                    for (other, b) in p_values.iter().zip(&adjusted) {
                        prop_assert!(one > other || a <= b);
                    }
                }
            }
        }
    }
}

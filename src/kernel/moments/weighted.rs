//! Moments of weighted rows.

use super::super::exact_sum::ExactSum;
use super::super::undefined::Undefined;
use super::super::weight::WeightKind;
use super::sums::about_the_mean;
use super::{Centre, Extent, Moments};

/// Moments of rows of a value and a weight above 0, of which there is at least one.
pub(super) fn weighted_moments(rows: &[(f64, f64)], kind: WeightKind) -> Moments {
    let heaviest = rows.iter().fold(0.0_f64, |heaviest, row| heaviest.max(row.1));
    // Weights in units of a power of two, so that none is above 1 and no product overflows.
    let unit = Centre::around(0.0, 0.0, heaviest);
    let values: Vec<f64> = rows.iter().map(|row| row.0).collect();
    let weights: Vec<f64> = rows.iter().map(|row| unit.distance(row.1)).collect();
    let (min, max) = Extent::of(&values).ends().unwrap_or_default();
    // A sum of numbers up to 1 is a double.
    let total = ExactSum::of(&weights).value().unwrap_or_default();
    let sum = ExactSum::of_products(&values, &weights);
    let rounded_mean = sum.quotient(total).unwrap_or_default().clamp(min, max);
    let centre = Centre::around(rounded_mean, min, max);
    let sums = WeightedSums::of(&values, &weights, &centre);
    let [first, rest @ ..] = sums.powers.map(|sum| sum / total);
    let central = about_the_mean(first, rest);
    let weight_sum = unit.grown(total, 1);
    let (n, n_effective, mean_variance) = match kind {
        WeightKind::Frequency => (weight_sum, weight_sum, central[0] / (weight_sum - 1.0)),
        WeightKind::Sampling => {
            let (n, [w2, w2z, w2zz]) = (rows.len() as f64, sums.squared);
            let squares = (w2zz - 2.0 * first * w2z + first * first * w2).max(0.0);
            (n, total * total / w2, squares / (total * total) * n / (n - 1.0))
        }
    };
    Moments {
        n,
        n_effective,
        sum: sum.scaled(unit.exponent).ok_or(Undefined::Overflow),
        mean: if min == max { min } else { rounded_mean },
        is_constant: min == max,
        centre,
        central,
        mean_variance: (n > 1.0).then_some(mean_variance),
    }
}

/// Sums over weighted rows of the powers of `z`.
struct WeightedSums {
    /// `sum w z^k`, k = 1..=4.
    powers: [f64; 4],
    /// `sum w^2 z^k`, k = 0..=2.
    squared: [f64; 3],
}

impl WeightedSums {
    /// Weights and distances are at most 1, and so are all terms.
    fn of(values: &[f64], weights: &[f64], centre: &Centre) -> Self {
        let mut sums: [ExactSum; 7] = std::array::from_fn(|_| ExactSum::default());
        for (&x, &w) in values.iter().zip(weights) {
            let z = centre.distance(x);
            let square = z * z;
            let terms = [w * z, w * square, w * (square * z), w * (square * square), w * w, w * w * z, w * w * square];
            sums.iter_mut().zip(terms).for_each(|(sum, term)| sum.add(term));
        }
        let [a, b, c, d, rest @ ..] = sums.map(|sum| sum.value().unwrap_or_default());
        Self { powers: [a, b, c, d], squared: rest }
    }
}

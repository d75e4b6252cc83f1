//! The index of three answers of the American Customer Satisfaction Index.

use super::item_weights::ItemWeights;
use crate::kernel::undefined::Undefined;

/// The American Customer Satisfaction Index of three mean answers from 1 to 10: overall
/// satisfaction, expectations met, closeness to the ideal.
///
/// ```text
/// 100 [w1 (x1 - 1) + w2 (x2 - 1) + w3 (x3 - 1)] / 9
/// ```
/// The published weights come from partial least squares on the questionnaires of each company,
/// so state those that were published with a comparison, or equal ones.
///
/// # Errors
/// `OutOfRange` unless there are three weights and all means lie in 1..=10.
///
/// # References
/// Fornell, C., Johnson, M. D., Anderson, E. W., Cha, J. and Bryant, B. E. (1996), The American
/// Customer Satisfaction Index: nature, purpose, and findings, Journal of Marketing 60(4), 7-18.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{ItemWeights, acsi};
///
/// // (0.5 * 7 + 0.25 * 5 + 0.25 * 3) / 9
/// let weights = ItemWeights::new(&[0.5, 0.25, 0.25])?;
/// assert!((acsi([8.0, 6.0, 4.0], &weights)? - 550.0 / 9.0).abs() < 1e-13);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn acsi(means: [f64; 3], weights: &ItemWeights) -> Result<f64, Undefined> {
    if weights.shares().len() != 3 || !means.iter().all(|mean| (1.0..=10.0).contains(mean)) {
        return Err(Undefined::OutOfRange);
    }
    let weighted: f64 = means.iter().zip(weights.shares()).map(|(mean, weight)| weight * (mean - 1.0)).sum();
    Ok(100.0 * weighted / 9.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_0_and_100() {
        let weights = ItemWeights::new(&[0.4, 0.3, 0.3]).unwrap();
        assert_eq!(acsi([1.0; 3], &weights), Ok(0.0));
        assert!((acsi([10.0; 3], &weights).unwrap() - 100.0).abs() < 1e-13);
    }

    #[test]
    fn what_is_off_the_scale_is_refused() {
        let weights = ItemWeights::equal(3).unwrap();
        assert_eq!(acsi([0.0, 5.0, 5.0], &weights), Err(Undefined::OutOfRange));
        assert_eq!(acsi([5.0, 5.0, f64::NAN], &weights), Err(Undefined::OutOfRange));
        assert_eq!(acsi([5.0; 3], &ItemWeights::equal(4).unwrap()), Err(Undefined::OutOfRange));
    }
}

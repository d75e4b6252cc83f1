//! What makes an ordered sample of values.

use super::parallel;
use super::sorted::Sorted;
use crate::kernel::undefined::Undefined;

/// Sorts values; its memory serves one column after the other.
///
/// Memory that a program touches for the first time costs as much as a third of the sorting, so
/// a thread that sorts many columns keeps one sorter. From some two million values on all threads
/// take part; the result is the same.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::order::Sorter;
///
/// let mut sorter = Sorter::default();
/// let sample = sorter.sort(&[3.0, 1.0, 2.0, 10.0]).unwrap();
/// assert_eq!((sample.min(), sample.max()), (Ok(1.0), Ok(10.0)));
/// assert_eq!((sample.median(), sample.mad()), (Ok(2.5), Ok(1.0)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sorter {
    values: Vec<f64>,
    spare: Vec<f64>,
}

impl Sorter {
    /// The values in order.
    ///
    /// # Errors
    /// `NotFinite` with NaN, which has no place in an order; infinite values have one.
    pub fn sort(&mut self, values: &[f64]) -> Result<Sorted<'_>, Undefined> {
        let mut has_nan = false;
        self.values.clear();
        self.values.extend(values.iter().map(|&value| without_sign(value, &mut has_nan)));
        self.sort_own(has_nan)
    }

    /// The values in order that are written into the sorter's own memory, which is empty first.
    ///
    /// # Errors
    /// As [`sort`](Self::sort).
    pub fn sort_filled(&mut self, fill: impl FnOnce(&mut Vec<f64>)) -> Result<Sorted<'_>, Undefined> {
        self.values.clear();
        fill(&mut self.values);
        let mut has_nan = false;
        self.values.iter_mut().for_each(|value| *value = without_sign(*value, &mut has_nan));
        self.sort_own(has_nan)
    }

    fn sort_own(&mut self, has_nan: bool) -> Result<Sorted<'_>, Undefined> {
        if has_nan {
            return Err(Undefined::NotFinite);
        }
        parallel::sort(&mut self.values, &mut self.spare);
        Ok(Sorted::trusted(&self.values))
    }
}

/// The value, with 0.0 in the place of -0.0, after a look whether it is a number.
#[inline(always)]
fn without_sign(value: f64, has_nan: &mut bool) -> f64 {
    *has_nan |= value.is_nan();
    value + 0.0
}

/// Values ascending, in the memory they came in.
///
/// # Errors
/// `NotFinite` with NaN.
pub(in crate::kernel) fn into_ascending(values: Vec<f64>) -> Result<Vec<f64>, Undefined> {
    let mut sorter = Sorter { values, spare: Vec::new() };
    let mut has_nan = false;
    sorter.values.iter_mut().for_each(|value| *value = without_sign(*value, &mut has_nan));
    sorter.sort_own(has_nan)?;
    Ok(sorter.values)
}

/// The values without NaN, ascending.
#[must_use]
pub fn ascending(values: &[f64]) -> Vec<f64> {
    let mut sorter = Sorter::default();
    let numbers = values.iter().filter(|value| !value.is_nan());
    // Without NaN there is nothing to refuse.
    let sorted = sorter.sort_filled(|own| own.extend(numbers)).map(|_| ());
    sorted.map_or_else(|_| Vec::new(), |()| sorter.values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_and_comparing_agree() {
        let whole: Vec<f64> = (0..1_000).map(|i| f64::from((i * 7_919) % 613)).collect();
        let mut expected = whole.clone();
        expected.sort_by(f64::total_cmp);
        assert_eq!(ascending(&whole), expected);
        let shifted: Vec<f64> = whole.iter().map(|value| value - 300.5).collect();
        assert_eq!(ascending(&shifted), expected.iter().map(|value| value - 300.5).collect::<Vec<_>>());
    }

    #[test]
    fn nan_is_left_out_or_refused() {
        assert_eq!(ascending(&[f64::NAN, 2.0, -1.0]), [-1.0, 2.0]);
        assert_eq!(ascending(&[f64::NAN, 2.0, 1.0]), [1.0, 2.0]);
        assert!(ascending(&[]).is_empty());
        assert_eq!(Sorter::default().sort(&[1.0, f64::NAN]).map(|_| ()), Err(Undefined::NotFinite));
    }

    #[test]
    fn a_sorter_forgets_what_it_sorted_before() {
        let mut sorter = Sorter::default();
        for n in [10_000_u32, 4_000, 0, 3, 12_000] {
            for divisor in [1.0, 1e5, 1e9] {
                let values: Vec<f64> = (0..n).map(|i| f64::from(i.wrapping_mul(2_654_435_761)) / divisor).collect();
                let mut expected = values.clone();
                expected.sort_by(f64::total_cmp);
                assert_eq!(sorter.sort(&values).unwrap().values(), expected, "{n} {divisor}");
            }
        }
    }

    #[test]
    fn zero_has_no_sign() {
        for n in [2, 5_000] {
            let zeros: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { -0.0 } else { 0.0 }).collect();
            assert!(ascending(&zeros).iter().all(|zero| zero.is_sign_positive()));
        }
    }
}

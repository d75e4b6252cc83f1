//! One-way analysis of variance.
//!
//! Notation: N values in k groups, `n_g` in group g with mean `m_g`; `m` the mean of all.
//! R. A. Fisher (1925), Statistical Methods for Research Workers, section 41:
//!
//! ```text
//! SSB = sum n_g (m_g - m)^2            df1 = k - 1
//! SSW = sum sum (x - m_g)^2            df2 = N - k
//! F = (SSB / df1) / (SSW / df2)
//! eta^2 = SSB / (SSB + SSW)            omega^2 = (SSB - df1 s^2) / (SSB + SSW + s^2),  s^2 = SSW / df2
//! ```
//!
//! The mean of all is held in two doubles, and `n_g (m_g - m)` is rounded once from the exact
//! sum of the group, so that groups may differ by less than the last digit of a large mean.
//! Squares within groups are the corrected two-pass ones of Chan, Golub & LeVeque (1983), The
//! American Statistician 37(3), 242-247. All sums are exact: the order of rows changes no digit.

use rayon::prelude::*;
use serde::Serialize;

use super::distribution::fisher_f;
use super::exact_sum::ExactSum;
use super::p_value::PValue;
use super::undefined::Undefined;

/// The code of a row that belongs to no group.
pub const NO_GROUP: u32 = u32::MAX;

/// One-way analysis of variance: how much of the spread of values lies between groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OneWayAnova {
    /// Values in groups.
    pub n: u64,
    /// Groups with values.
    pub n_groups: u64,
    /// Squares between groups; `None` beyond the largest double.
    pub ss_between: Option<f64>,
    /// Squares within groups; `None` beyond the largest double.
    pub ss_within: Option<f64>,
    /// `n_groups - 1`.
    pub df_between: u64,
    /// `n - n_groups`.
    pub df_within: u64,
    /// The F statistic; `None` where it is infinite, as no group has any spread.
    pub f: Option<f64>,
    /// The probability of a larger F when all groups have one mean; 0 where F is infinite.
    pub p_value: PValue,
    /// The share of all squares that lies between groups, in 0..=1.
    pub eta_squared: f64,
    /// The same for the population the values come from, estimated with less bias; below 0 for
    /// F below 1.
    pub omega_squared: f64,
}

/// Compares the means of groups: `groups` has a code for each value.
///
/// Of slices of unequal lengths the shorter length counts. Rows with [`NO_GROUP`] are left out,
/// whatever their value; codes need not be dense. The test assumes independent rows and one
/// variance in all groups.
///
/// # Errors
///
/// [`Undefined::OneGroup`] under two groups, [`Undefined::TooFew`] unless some group has two
/// values, [`Undefined::NotFinite`] for NaN and infinities, [`Undefined::Constant`] when all
/// values are equal.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::anova::one_way;
///
/// // Means 2 and 5 about 3.5: 3 * 1.5^2 * 2 = 13.5 between, 2 + 2 = 4 within.
/// let found = one_way(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[0, 0, 0, 1, 1, 1]).unwrap();
/// assert_eq!((found.ss_between, found.ss_within, found.f), (Some(13.5), Some(4.0), Some(13.5)));
/// ```
pub fn one_way(values: &[f64], groups: &[u32]) -> Result<OneWayAnova, Undefined> {
    let n = values.len().min(groups.len());
    let grouped = Grouped::of(&values[..n], &groups[..n]);
    if !grouped.values.iter().all(|value| value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let (n, n_groups) = (grouped.values.len() as u64, grouped.ends.len() as u64);
    if n_groups < 2 {
        return Err(if n == 0 { Undefined::TooFew { n, needed: 2 } } else { Undefined::OneGroup });
    }
    if n == n_groups {
        return Err(Undefined::TooFew { n, needed: n_groups + 1 });
    }
    grouped.squares().ok_or(Undefined::Overflow)?.finish(n, n_groups)
}

/// Values with those of one group side by side.
struct Grouped {
    values: Vec<f64>,
    /// Where each group ends.
    ends: Vec<usize>,
}

/// Squares in units of a power of four.
struct Squares {
    between: f64,
    within: f64,
    /// The power of two that values were divided by.
    exponent: i32,
}

impl Grouped {
    fn of(values: &[f64], groups: &[u32]) -> Self {
        // The missing code becomes 0.
        let n_codes = groups.iter().map(|code| code.wrapping_add(1)).max().unwrap_or(0) as usize + 1;
        if n_codes > 4 * values.len() + 1024 {
            Self::by_sorting(values, groups)
        } else {
            Self::by_counting(values, groups, n_codes)
        }
    }

    fn by_counting(values: &[f64], groups: &[u32], n_codes: usize) -> Self {
        let mut next = vec![0_usize; n_codes];
        groups.iter().for_each(|code| next[code.wrapping_add(1) as usize] += 1);
        let without = std::mem::take(&mut next[0]);
        let mut end = 0;
        for next in &mut next {
            end += std::mem::replace(next, end);
        }
        let mut grouped = vec![0.0; values.len() - without];
        for (&value, &code) in values.iter().zip(groups).filter(|(_, code)| **code != NO_GROUP) {
            let next = &mut next[code.wrapping_add(1) as usize];
            grouped[*next] = value;
            *next += 1;
        }
        // Each now stands at its end; a code without values, at the end of the one before.
        next.dedup();
        next.retain(|&end| end > 0);
        Self { values: grouped, ends: next }
    }

    fn by_sorting(values: &[f64], groups: &[u32]) -> Self {
        let there = groups.iter().zip(values).filter(|(code, _)| **code != NO_GROUP);
        let mut rows: Vec<(u32, f64)> = there.map(|(&code, &value)| (code, value)).collect();
        rows.par_sort_unstable_by_key(|(code, _)| *code);
        let mut end = 0;
        let ends = rows.chunk_by(|a, b| a.0 == b.0).map(|run| {
            end += run.len();
            end
        });
        Self { ends: ends.collect(), values: rows.iter().map(|(_, value)| *value).collect() }
    }

    /// Squares between and within groups; `None` when a sum is beyond the doubles, which
    /// scaling prevents.
    fn squares(&self) -> Option<Squares> {
        let largest = self.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let exponent = ((largest.to_bits() >> 52) as i32 - 1023).clamp(-1000, 1000);
        let shrink = 2.0_f64.powi(-exponent);
        let mean = Mean::of(&self.values, shrink)?;
        let group = |at: usize| &self.values[at.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[at]];
        let sums = (0..self.ends.len()).into_par_iter().try_fold(<(ExactSum, ExactSum)>::default, |mut sums, at| {
            add_group(group(at), shrink, mean, &mut sums)?;
            Some(sums)
        });
        let both = sums.try_reduce(Default::default, |a, b| Some((a.0.merge(&b.0), a.1.merge(&b.1))));
        let (between, within) = both?;
        Some(Squares { between: between.value()?, within: within.value()?.max(0.0), exponent })
    }
}

/// The mean of scaled values, in two doubles.
#[derive(Clone, Copy)]
struct Mean {
    high: f64,
    low: f64,
}

impl Mean {
    fn of(values: &[f64], shrink: f64) -> Option<Self> {
        let n = values.len() as f64;
        let mut sum = ExactSum::default();
        values.iter().for_each(|value| sum.add(value * shrink));
        let high = sum.value()? / n;
        take_product(&mut sum, n, high);
        Some(Self { high, low: sum.value()? / n })
    }
}

/// Takes a product away from a sum, exactly.
fn take_product(sum: &mut ExactSum, a: f64, b: f64) {
    let product = a * b;
    sum.add(-product);
    sum.add(-a.mul_add(b, -product));
}

/// Adds the squares of a group: of its mean from the mean of all, and of its values from its mean.
fn add_group(values: &[f64], shrink: f64, mean: Mean, sums: &mut (ExactSum, ExactSum)) -> Option<()> {
    let n = values.len() as f64;
    let mut sum = ExactSum::default();
    values.iter().for_each(|value| sum.add(value * shrink));
    let own = sum.value()? / n;
    take_product(&mut sum, n, mean.high);
    take_product(&mut sum, n, mean.low);
    let away = sum.value()?;
    sums.0.add(away * (away / n));
    let mut rest = ExactSum::default();
    for value in values {
        let distance = value * shrink - own;
        sums.1.add(distance * distance);
        rest.add(distance);
    }
    let rest = rest.value()?;
    sums.1.add(-rest * (rest / n));
    Some(())
}

impl Squares {
    fn finish(self, n: u64, n_groups: u64) -> Result<OneWayAnova, Undefined> {
        let Self { between, within, exponent } = self;
        if between == 0.0 && within == 0.0 {
            return Err(Undefined::Constant);
        }
        let (df_between, df_within) = (n_groups - 1, n - n_groups);
        let mean_square = within / df_within as f64;
        let f = between / df_between as f64 / mean_square;
        let grow = 2.0_f64.powi(exponent);
        let in_units = |squares: f64| Some(squares * grow * grow).filter(|squares| squares.is_finite());
        Ok(OneWayAnova {
            n,
            n_groups,
            ss_between: in_units(between),
            ss_within: in_units(within),
            df_between,
            df_within,
            f: Some(f).filter(|f| f.is_finite()),
            p_value: fisher_f::upper_tail(f, df_between as f64, df_within as f64)?,
            eta_squared: between / (between + within),
            omega_squared: (between - df_between as f64 * mean_square) / (between + within + mean_square),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 2e-15 * expected.abs(), "{found} {expected}");
    }

    /// Nine treatments of Simon & Lesage (1989): means by tenths, then one tenth less and one
    /// more in turn; the offset is written before the point, as in the files of NIST StRD.
    fn simon_lesage(offset: u64, replicates: usize) -> (Vec<f64>, Vec<u32>) {
        let tenths = [4, 3, 5, 3, 5, 3, 5, 3, 5];
        let value = |mean: i32, at: usize| match at {
            0 => mean,
            at if at % 2 == 1 => mean - 1,
            _ => mean + 1,
        };
        let rows = tenths
            .iter()
            .enumerate()
            .flat_map(|(group, &mean)| (0..replicates).map(move |at| (group, value(mean, at))));
        rows.map(|(group, tenth)| (format!("{offset}.{tenth}").parse::<f64>().unwrap(), group as u32)).unzip()
    }

    /// Data: NIST StRD, analysis of variance, SmLs01 to SmLs09. Oracle: exact rationals (Python
    /// 3 Fraction) of the doubles that the decimals are read as; from the values with 13
    /// constant digits no more than four digits of the certified F are left to be found.
    #[test]
    fn generated_treatments_keep_all_digits_of_their_doubles() {
        let expected = [
            (1, 21, 1.680_000_000_000_001, 1.800_000_000_000_001, 21.0),
            (1, 201, 16.080_000_000_000_01, 18.000_000_000_000_01, 201.000_000_000_000_03),
            (1, 2_001, 160.080_000_000_000_1, 180.000_000_000_000_09, 2_001.000_000_000_000_2),
            (1_000_000, 21, 1.680_000_000_149_011_6, 1.800_000_000_093_132_2, 21.000_000_000_776_1),
            (1_000_000, 201, 16.080_000_001_825_393, 18.000_000_000_931_323, 201.000_000_012_417_64),
            (1_000_000, 2_001, 160.080_000_018_589_2, 180.000_000_009_313_23, 2_001.000_000_128_832_9),
            (1_000_000_000_000, 21, 1.680_156_269_401_469_6, 1.800_097_837_334_587_5, 21.000_811_887_818_77),
            (1_000_000_000_000, 201, 16.081_914_284_204_238, 18.000_978_246_257_08, 201.013_004_095_948_45),
            (1_000_000_000_000, 2_001, 160.099_494_435_725_12, 180.009_782_329_194_25, 2_001.134_926_220_950_5),
        ];
        for (offset, replicates, between, within, f) in expected {
            let (values, groups) = simon_lesage(offset, replicates);
            let found = one_way(&values, &groups).unwrap();
            assert_close(found.ss_between.unwrap(), between);
            assert_close(found.ss_within.unwrap(), within);
            assert_close(found.f.unwrap(), f);
            assert_eq!((found.df_between, found.df_within), (8, 9 * (replicates as u64 - 1)));
        }
    }

    /// Data: NIST StRD, SiRstv (resistivity of silicon by five instruments) and AtmWtAg (atomic
    /// weight of silver by two). Oracle: exact rationals of the doubles; certified are
    /// F = 1.18046237440255 and 15.9467335677930.
    #[test]
    fn measured_treatments_keep_all_digits_of_their_doubles() {
        let silicon = [
            196.3052, 196.124, 196.189, 196.2569, 196.3403, 196.3042, 196.3825, 196.1669, 196.3257, 196.0422, 196.1303,
            196.2005, 196.2889, 196.0343, 196.1811, 196.2795, 196.1748, 196.1494, 196.1485, 195.9885, 196.2119,
            196.1051, 196.185, 196.0052, 196.209,
        ];
        let found = one_way(&silicon, &(0..25).map(|row| row / 5).collect::<Vec<u32>>()).unwrap();
        assert_close(found.ss_between.unwrap(), 0.051_146_261_599_999_52);
        assert_close(found.ss_within.unwrap(), 0.216_636_560_000_016_5);
        assert_close(found.f.unwrap(), 1.180_462_374_402_446_7);
        let silver = [
            568, 465, 572, 785, 446, 903, 526, 494, 616, 587, 519, 486, 419, 569, 508, 672, 385, 518, 662, 424, 360,
            333, 610, 477, 79, 344, 513, 197, 604, 385, 642, 365, 151, 82, 517, 448, 198, 482, 334, 609, 101, 512, 469,
            360, 254, 261, 450, 368,
        ];
        let silver = silver.map(|digits| format!("107.8681{digits:03}").parse::<f64>().unwrap());
        let found = one_way(&silver, &(0..48).map(|row| row / 24).collect::<Vec<u32>>()).unwrap();
        assert_close(found.ss_between.unwrap(), 3.638_341_874_790_713_2e-9);
        assert_close(found.ss_within.unwrap(), 1.049_517_291_679_747e-8);
        assert_close(found.f.unwrap(), 15.946_733_566_676_926);
        assert_close(found.eta_squared, 0.257_426_544_524_942_8);
    }

    /// Oracle: by hand; 6 between with 1 degree of freedom, 4 within with 4.
    #[test]
    fn shares_by_hand() {
        let found = one_way(&[0.0, 1.0, 2.0, 2.0, 3.0, 4.0], &[7, 7, 7, 2, 2, 2]).unwrap();
        assert_eq!((found.ss_between, found.ss_within, found.f), (Some(6.0), Some(4.0), Some(6.0)));
        assert_eq!((found.eta_squared, found.omega_squared), (0.6, 5.0 / 11.0));
        // F(6; 1, 4) is t(sqrt 6; 4) twice: 1 - (t / sqrt(t^2 + 4)) (1 + 2 / (t^2 + 4)), t^2 = 6.
        assert!((found.p_value.value() - (1.0 - 0.6_f64.sqrt() * 1.2)).abs() < 1e-15);
    }

    #[test]
    fn rows_without_a_group_are_not_read() {
        let values = [f64::NAN, 0.0, 1.0, f64::INFINITY, 5.0, 7.0];
        let found = one_way(&values, &[NO_GROUP, 3, 3, NO_GROUP, 0, 0]).unwrap();
        assert_eq!(found, one_way(&[0.0, 1.0, 5.0, 7.0], &[0, 0, 4_000_000_000, 4_000_000_000]).unwrap());
        assert_eq!((found.n, found.n_groups), (4, 2));
    }

    #[test]
    fn what_cannot_be_compared_is_undefined() {
        assert_eq!(one_way(&[], &[]), Err(Undefined::TooFew { n: 0, needed: 2 }));
        assert_eq!(one_way(&[1.0], &[NO_GROUP]), Err(Undefined::TooFew { n: 0, needed: 2 }));
        assert_eq!(one_way(&[1.0, 2.0], &[4, 4]), Err(Undefined::OneGroup));
        assert_eq!(one_way(&[1.0, 2.0], &[0, 1]), Err(Undefined::TooFew { n: 2, needed: 3 }));
        assert_eq!(one_way(&[0.1; 7], &[0, 0, 0, 1, 1, 1, 2]), Err(Undefined::Constant));
        assert_eq!(one_way(&[1.0, f64::NAN, 2.0], &[0, 1, 1]), Err(Undefined::NotFinite));
    }

    #[test]
    fn groups_without_spread_have_an_infinite_f() {
        let found = one_way(&[1.1, 1.1, 1.1, 0.3, 0.3, 0.3], &[0, 0, 0, 1, 1, 1]).unwrap();
        assert_eq!((found.eta_squared, found.f, found.p_value.value()), (1.0, None, 0.0));
    }

    #[test]
    fn the_scale_of_values_costs_no_share() {
        let (values, groups) = simon_lesage(1, 21);
        let plain = one_way(&values, &groups).unwrap();
        for exponent in [-1_000, 1_022] {
            let scale = 2.0_f64.powi(exponent);
            let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
            let found = one_way(&scaled, &groups).unwrap();
            assert_eq!((found.f, found.eta_squared, found.p_value), (plain.f, plain.eta_squared, plain.p_value));
            assert_eq!(found.ss_between, if exponent > 0 { None } else { Some(0.0) });
        }
        let tiny = one_way(&[5e-324, 1e-323, 2e-323, 2.5e-323], &[0, 0, 1, 1]).unwrap();
        assert_eq!(tiny.f, Some(18.0));
    }

    proptest! {
        #[test]
        fn neither_order_nor_coding_changes_a_digit(rows in prop::collection::vec((-1e3..1e3_f64, 0_u32..6), 3..120)) {
            let (values, groups): (Vec<f64>, Vec<u32>) = rows.iter().copied().unzip();
            let (back, recoded): (Vec<f64>, Vec<u32>) = rows.iter().rev().map(|(value, code)| (*value, 4_000_000_000 - code)).unzip();
            prop_assert_eq!(one_way(&values, &groups), one_way(&back, &recoded));
        }
    }
}

//! Covariance and Pearson's correlation of every pair of columns.
//!
//! Notation: sums of squares and products about the means of the rows that both columns have,
//! `r = S_xy / sqrt(S_xx S_yy)`. K. Pearson (1896), "Mathematical contributions to the theory of
//! evolution. III", Philosophical Transactions of the Royal Society A 187, 253-318.

use super::super::undefined::Undefined;
use super::comoments::Comoment;

impl Comoment {
    /// Pearson's correlation, -1..=1.
    ///
    /// # Errors
    /// `TooFew` under two rows.
    pub fn pearson(&self) -> Result<f64, Undefined> {
        self.at_least_two()?;
        let product = self.xx * self.yy;
        // One root is exact for a column with itself; two do not vanish where the product does.
        let root = if product.is_normal() { product.sqrt() } else { self.xx.sqrt() * self.yy.sqrt() };
        Ok((self.xy / root).clamp(-1.0, 1.0))
    }

    /// The covariance with `weight - 1` below, which without weights is `n - 1`.
    ///
    /// # Errors
    /// `TooFew` under two rows, `Overflow` beyond the largest double.
    pub fn covariance(&self) -> Result<f64, Undefined> {
        self.scaled(self.xy, self.exponents.0 + self.exponents.1)
    }

    /// The variances of the two columns over the rows of the pair, as
    /// [`covariance`](Self::covariance).
    ///
    /// # Errors
    /// As [`covariance`](Self::covariance).
    pub fn variances(&self) -> Result<(f64, f64), Undefined> {
        let (x, y) = self.exponents;
        Ok((self.scaled(self.xx, 2 * x)?, self.scaled(self.yy, 2 * y)?))
    }

    fn scaled(&self, sum: f64, exponent: i32) -> Result<f64, Undefined> {
        self.at_least_two()?;
        let (first, second) = (exponent / 2, exponent - exponent / 2);
        let value = sum / (self.weight - 1.0) * 2.0_f64.powi(first) * 2.0_f64.powi(second);
        if value.is_finite() { Ok(value) } else { Err(Undefined::Overflow) }
    }

    fn at_least_two(&self) -> Result<(), Undefined> {
        if self.n < 2 || !(self.weight > 1.0) { Err(Undefined::TooFew { n: self.n, needed: 2 }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::masked::Masked;
    use super::super::comoments::Comoments;
    use super::*;

    fn words(valid: &[bool]) -> Vec<u64> {
        valid.chunks(64).map(|bits| bits.iter().enumerate().map(|(at, &bit)| u64::from(bit) << at).sum()).collect()
    }

    fn correlation(x: &[f64], y: &[f64]) -> Result<f64, Undefined> {
        Comoments::of(&[Masked::complete(x), Masked::complete(y)], None).get(0, 1)?.pearson()
    }

    /// Oracle: by hand; distances -1.5 -0.5 0.5 1.5 and -1 -2 2 1 give 5 / sqrt(5 * 10).
    #[test]
    fn correlation_by_hand() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 5.0, 4.0]);
        assert!((correlation(&x, &y).unwrap() - 5.0 / 50.0_f64.sqrt()).abs() < 1e-15);
        let comoments = Comoments::of(&[Masked::complete(&x), Masked::complete(&y)], None);
        let pair = comoments.get(1, 0).unwrap();
        assert_eq!((pair.n, pair.covariance()), (4, Ok(5.0 / 3.0)));
        assert_eq!(pair.variances(), Ok((10.0 / 3.0, 5.0 / 3.0)));
        assert_eq!(comoments.get(0, 0).unwrap().pearson(), Ok(1.0));
    }

    #[test]
    fn offsets_and_units_change_nothing() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0, 7.0], [2.0, 1.0, 5.0, 4.0, 4.0]);
        let plain = correlation(&x, &y).unwrap();
        for (offset, unit) in [(1e9, 1.0), (0.0, 1e300), (0.0, 2.0_f64.powf(-1060.0)), (-3e12, 0.5)] {
            let moved = x.map(|x| x * unit + offset);
            assert_eq!(correlation(&moved, &y), Ok(plain), "{offset} {unit}");
        }
        assert_eq!(correlation(&[f64::MAX, -f64::MAX], &[0.0, 5e-324]), Ok(-1.0));
    }

    #[test]
    fn reasons_are_given() {
        assert_eq!(correlation(&[], &[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), Err(Undefined::Constant));
        assert_eq!(correlation(&[1.0, f64::NAN], &[1.0, 2.0]), Err(Undefined::NotFinite));
        assert_eq!(correlation(&[1.0, f64::INFINITY], &[1.0, 2.0]), Err(Undefined::NotFinite));
    }

    /// The one row with the outlier lacks its partner; the rest must not drown in it.
    #[test]
    fn a_pair_whose_rows_leave_out_an_outlier_keeps_its_digits() {
        let x = [1.0, 2.0, 3.0, 4.0, 1e300];
        let y = [2.0, 1.0, 5.0, 4.0, 0.0];
        let valid = words(&[true, true, true, true, false]);
        let comoments = Comoments::of(&[Masked::complete(&x), Masked { values: &y, valid: Some(&valid) }], None);
        assert!((comoments.get(0, 1).unwrap().pearson().unwrap() - 5.0 / 50.0_f64.sqrt()).abs() < 1e-15);
        let constant = [7.0, 7.0, 7.0, 7.0, 8.0];
        let columns = [Masked::complete(&constant), Masked { values: &y, valid: Some(&valid) }];
        assert_eq!(Comoments::of(&columns, None).get(0, 1), Err(Undefined::Constant));
    }

    /// The plain formula over the rows of a pair, as its definition has it.
    fn by_definition(rows: &[(f64, f64, f64)]) -> Option<f64> {
        let weight: f64 = rows.iter().map(|row| row.2).sum();
        let mean = |of: fn(&(f64, f64, f64)) -> f64| rows.iter().map(|row| of(row) * row.2).sum::<f64>() / weight;
        let (x, y) = (mean(|row| row.0), mean(|row| row.1));
        let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| rows.iter().map(|row| of(row) * row.2).sum::<f64>();
        let xx = sum(&|row| (row.0 - x).powi(2));
        let yy = sum(&|row| (row.1 - y).powi(2));
        let r = sum(&|row| (row.0 - x) * (row.1 - y)) / (xx * yy).sqrt();
        (rows.len() > 2 && xx > 1e-9 && yy > 1e-9).then_some(r)
    }

    type Row = (Option<f64>, Option<f64>, Option<f64>, f64);

    fn table() -> impl Strategy<Value = Vec<Row>> {
        let cell = || prop::option::weighted(0.8, (-40_i32..40).prop_map(|k| f64::from(k) / 4.0));
        prop::collection::vec((cell(), cell(), cell(), (1_u8..5).prop_map(f64::from)), 0..300)
    }

    fn pairs_of(rows: &[Row], is_weighted: bool) -> Vec<Result<f64, Undefined>> {
        let columns = [|row: &Row| row.0, |row: &Row| row.1, |row: &Row| row.2];
        let values = columns.map(|of| rows.iter().map(|row| of(row).unwrap_or(f64::NAN)).collect::<Vec<_>>());
        let valid = columns.map(|of| words(&rows.iter().map(|row| of(row).is_some()).collect::<Vec<_>>()));
        let masked = [0, 1, 2].map(|at| Masked { values: &values[at], valid: Some(&valid[at]) });
        let weights: Vec<f64> = rows.iter().map(|row| row.3).collect();
        let comoments = Comoments::of(&masked, is_weighted.then_some(&weights));
        [(0, 1), (0, 2), (1, 2)].map(|(i, j)| comoments.get(i, j)?.pearson()).to_vec()
    }

    proptest! {
        #[test]
        fn pairs_are_what_their_rows_give(rows in table(), is_weighted: bool) {
            let found = pairs_of(&rows, is_weighted);
            type Pick = fn(&Row) -> (Option<f64>, Option<f64>);
            let pick: [Pick; 3] =
                [|row| (row.0, row.1), |row| (row.0, row.2), |row| (row.1, row.2)];
            for (found, pick) in found.iter().zip(pick) {
                let of_pair: Vec<(f64, f64, f64)> = rows
                    .iter()
                    .filter_map(|row| Some((pick(row).0?, pick(row).1?, if is_weighted { row.3 } else { 1.0 })))
                    .collect();
                if let Some(expected) = by_definition(&of_pair) {
                    prop_assert!((found.clone().unwrap() - expected).abs() < 1e-12, "{:?} {}", found, expected);
                }
            }
        }

        #[test]
        fn no_order_of_rows_changes_a_bit(mut rows in table(), is_weighted: bool) {
            let forwards = pairs_of(&rows, is_weighted);
            rows.reverse();
            prop_assert_eq!(pairs_of(&rows, is_weighted), forwards);
        }
    }
}

//! How the items of an index vary together, over respondents who answered all of them.
//!
//! Sums of answers and of their products are whole numbers: of steps where every item has steps,
//! else of 2^-46 of the scale. So a variance is rounded once, and nothing depends on any order.

use super::composite::{ONE, about_means, units};
use super::index_sums::NO_CELL;
use super::item_rows::{Answers, ItemRows, ItemScale};
use super::item_weights::ItemWeights;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::kernel::wide::{Loop, wide};

/// Respondents whose answers stay in the first cache; so many products of steps fit 32 bits.
const TILE: usize = 256;

/// Sums of answers and of their products; for up to 2^34 respondents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemMoments {
    scales: Vec<ItemScale>,
    n_rows: u64,
    n: u64,
    sums: Vec<i128>,
    /// The lower triangle, row by row.
    products: Vec<i128>,
}

impl ItemMoments {
    /// No respondents, for items of these scales.
    #[must_use]
    pub fn new(scales: &[ItemScale]) -> Self {
        let p = scales.len();
        Self { scales: scales.to_vec(), n_rows: 0, n: 0, sums: vec![0; p], products: vec![0; p * (p + 1) / 2] }
    }

    /// Adds the respondents who belong to a cell; of those who left out an item nothing else is
    /// counted.
    ///
    /// # Errors
    /// `OutOfRange` when the items have other scales, or there are not as many cells as respondents.
    pub fn add(&mut self, rows: &ItemRows<'_>, cells: &[u32]) -> Result<(), Undefined> {
        if rows.scales() != self.scales || cells.len() != rows.n_rows() {
            return Err(Undefined::OutOfRange);
        }
        self.n_rows += cells.iter().map(|&cell| u64::from(cell != NO_CELL)).sum::<u64>();
        if self.has_steps() {
            wide(Steps { rows, cells, moments: self });
        } else {
            self.add_places(rows, cells);
        }
        Ok(())
    }

    fn has_steps(&self) -> bool {
        self.scales.iter().all(|scale| matches!(scale, ItemScale::Steps(_)))
    }

    fn add_places(&mut self, rows: &ItemRows<'_>, cells: &[u32]) {
        let mut row = vec![0; self.scales.len()];
        'rows: for at in (0..rows.n_rows()).filter(|&at| cells[at] != NO_CELL) {
            for ((cell, answers), scale) in row.iter_mut().zip(rows.answers()).zip(&self.scales) {
                let place = place_of(answers, *scale, at);
                if place.is_nan() {
                    continue 'rows;
                }
                *cell = i128::from(units(place));
            }
            self.n += 1;
            let mut products = self.products.iter_mut();
            for (j, &x) in row.iter().enumerate() {
                self.sums[j] += x;
                row[..=j].iter().zip(&mut products).for_each(|(&y, product)| *product += x * y);
            }
        }
    }

    /// Adds the sums of other respondents to the same items.
    ///
    /// # Errors
    /// `OutOfRange` when the items have other scales.
    pub fn merge(&mut self, other: &Self) -> Result<(), Undefined> {
        if self.scales != other.scales {
            return Err(Undefined::OutOfRange);
        }
        self.n_rows += other.n_rows;
        self.n += other.n;
        self.sums.iter_mut().zip(&other.sums).for_each(|(mine, theirs)| *mine += theirs);
        self.products.iter_mut().zip(&other.products).for_each(|(mine, theirs)| *mine += theirs);
        Ok(())
    }

    /// Items.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.scales.len()
    }

    /// Respondents, with those who left out an item.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Respondents who answered all items.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// What one is on the scale of an item, in the units of its sums.
    fn one(&self, item: usize) -> f64 {
        match self.scales[item] {
            ItemScale::Steps(n_steps) if self.has_steps() => f64::from(n_steps),
            _ => ONE,
        }
    }

    /// The mean place of each item, 0..=1.
    ///
    /// # Errors
    /// `TooFew` without respondents.
    pub fn means(&self) -> Result<Vec<f64>, Undefined> {
        if self.n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        let mean = |(item, &sum): (usize, &i128)| sum as f64 / (self.n as f64 * self.one(item));
        Ok(self.sums.iter().enumerate().map(mean).collect())
    }

    /// Covariances of the places, with `n - 1` below.
    ///
    /// # Errors
    /// `TooFew` under two respondents.
    pub fn covariances(&self) -> Result<SymmetricMatrix, Undefined> {
        if self.n < 2 {
            return Err(Undefined::TooFew { n: self.n, needed: 2 });
        }
        let divisor = (self.n - 1) as f64;
        let mut products = self.products.iter();
        Ok(SymmetricMatrix::from_lower(self.scales.len(), |j, k| {
            let product = products.next().copied().unwrap_or_default();
            about_means(self.n, self.sums[j], self.sums[k], product) / (self.one(j) * self.one(k)) / divisor
        }))
    }

    /// Correlations of the items.
    ///
    /// # Errors
    /// `TooFew` under two respondents, `Constant` when all gave the same answer to an item.
    pub fn correlations(&self) -> Result<SymmetricMatrix, Undefined> {
        let covariances = self.covariances()?;
        let sds: Vec<f64> = (0..self.n_items()).map(|item| covariances.get(item, item).sqrt()).collect();
        if sds.contains(&0.0) {
            return Err(Undefined::Constant);
        }
        let correlation = |j: usize, k: usize| (covariances.get(j, k) / (sds[j] * sds[k])).clamp(-1.0, 1.0);
        Ok(SymmetricMatrix::from_lower(self.n_items(), |j, k| if j == k { 1.0 } else { correlation(j, k) }))
    }

    /// Mean and variance of the composite `sum w_j place_j`, 0..=1.
    ///
    /// # Errors
    /// `TooFew` under two respondents, `OutOfRange` when there are not as many weights as items.
    pub fn composite(&self, weights: &ItemWeights) -> Result<(f64, f64), Undefined> {
        let weights = weights.shares();
        if weights.len() != self.n_items() {
            return Err(Undefined::OutOfRange);
        }
        let covariances = self.covariances()?;
        let mean = weights.iter().zip(self.means()?).map(|(weight, mean)| weight * mean).sum();
        let row = |j: usize| weights.iter().zip(covariances.row(j)).map(|(weight, cell)| weight * cell).sum::<f64>();
        let variance: f64 = weights.iter().enumerate().map(|(j, weight)| weight * row(j)).sum();
        Ok((mean, variance.max(0.0)))
    }
}

/// An answer as a place from 0 to 1; NaN where there is none.
#[inline(always)]
pub(super) fn place_of(answers: &Answers<'_>, scale: ItemScale, row: usize) -> f64 {
    match (answers, scale) {
        (Answers::Steps(steps), ItemScale::Steps(n_steps)) if steps[row] <= n_steps => {
            f64::from(steps[row]) / f64::from(n_steps)
        }
        (Answers::Places(places), _) => places[row],
        (Answers::Steps(_), _) => f64::NAN,
    }
}

/// A pass over rows of steps.
struct Steps<'a, 'b> {
    rows: &'a ItemRows<'b>,
    cells: &'a [u32],
    moments: &'a mut ItemMoments,
}

impl Loop for Steps<'_, '_> {
    #[inline(always)]
    fn run(self) {
        let columns: Vec<(&[u8], u8)> =
            self.rows.answers().iter().zip(self.rows.scales()).filter_map(steps_of).collect();
        let mut tiles = vec![[0_i16; TILE]; columns.len()];
        for start in (0..self.rows.n_rows()).step_by(TILE) {
            let n = TILE.min(self.rows.n_rows() - start);
            let mut kept = [0_u8; TILE];
            let in_cell = |cell: u32| if cell == NO_CELL { 0 } else { u8::MAX };
            kept.iter_mut().zip(&self.cells[start..start + n]).for_each(|(kept, &cell)| *kept = in_cell(cell));
            for (column, n_steps) in &columns {
                let steps = kept.iter_mut().zip(&column[start..start + n]);
                steps.for_each(|(kept, step)| *kept &= if step <= n_steps { u8::MAX } else { 0 });
            }
            self.moments.n += kept.iter().map(|&kept| u64::from(kept & 1)).sum::<u64>();
            for (tile, (column, _)) in tiles.iter_mut().zip(&columns) {
                let steps = column[start..start + n].iter().zip(&kept);
                tile.fill(0);
                tile.iter_mut().zip(steps).for_each(|(cell, (&step, &kept))| *cell = i16::from(step & kept));
            }
            let mut products = self.moments.products.iter_mut();
            for (j, (x, sum)) in tiles.iter().zip(&mut self.moments.sums).enumerate() {
                *sum += i128::from(x.iter().map(|&x| i32::from(x)).sum::<i32>());
                for (y, product) in tiles[..=j].iter().zip(&mut products) {
                    *product += i128::from(dot(x, y));
                }
            }
        }
    }
}

fn steps_of<'a>((answers, scale): (&Answers<'a>, &ItemScale)) -> Option<(&'a [u8], u8)> {
    match (*answers, *scale) {
        (Answers::Steps(steps), ItemScale::Steps(n_steps)) => Some((steps, n_steps)),
        _ => None,
    }
}

#[inline(always)]
fn dot(x: &[i16; TILE], y: &[i16; TILE]) -> i32 {
    x.iter().zip(y).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::item_rows::MISSING;
    use super::*;

    fn moments_of(columns: &[&[u8]], n_steps: u8) -> ItemMoments {
        let scales = vec![ItemScale::Steps(n_steps); columns.len()];
        let answers: Vec<Answers<'_>> = columns.iter().map(|column| Answers::Steps(column)).collect();
        let mut moments = ItemMoments::new(&scales);
        moments.add(&ItemRows::new(&scales, &answers).unwrap(), &vec![0; columns[0].len()]).unwrap();
        moments
    }

    /// Oracle: by hand; of three complete rows (0, 4), (2, 2), (4, 0) of 4 steps.
    #[test]
    fn covariances_by_hand() {
        let moments = moments_of(&[&[0, MISSING, 2, 4, 1], &[4, 1, 2, 0, MISSING]], 4);
        assert_eq!((moments.n_rows(), moments.n()), (5, 3));
        assert_eq!(moments.means().unwrap(), [0.5, 0.5]);
        assert_eq!(moments.covariances().unwrap().values(), [0.25, -0.25, -0.25, 0.25]);
        assert_eq!(moments.correlations().unwrap().values(), [1.0, -1.0, -1.0, 1.0]);
        let weights = ItemWeights::new(&[3.0, 1.0]).unwrap();
        // (0.75 - 0.25)^2 / 4
        assert_eq!(moments.composite(&weights), Ok((0.5, 0.0625)));
    }

    #[test]
    fn what_is_not_there_says_why() {
        let none = moments_of(&[&[MISSING], &[1]], 4);
        assert_eq!(none.means(), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(none.covariances(), Err(Undefined::TooFew { n: 0, needed: 2 }));
        assert_eq!(moments_of(&[&[3, 3, 3], &[0, 1, 2]], 4).correlations(), Err(Undefined::Constant));
        let other = ItemMoments::new(&[ItemScale::Continuous; 2]);
        assert_eq!(none.clone().merge(&other), Err(Undefined::OutOfRange));
        assert_eq!(none.composite(&ItemWeights::equal(3).unwrap()), Err(Undefined::OutOfRange));
    }

    #[test]
    fn respondents_of_no_cell_are_left_out() {
        for scale in [ItemScale::Steps(4), ItemScale::Continuous] {
            let scales = [scale; 2];
            let (steps, places) = (vec![1_u8, 2, 3], vec![0.25, 0.5, 0.75]);
            let answers =
                if scale == ItemScale::Continuous { Answers::Places(&places) } else { Answers::Steps(&steps) };
            let answers = [answers; 2];
            let rows = ItemRows::new(&scales, &answers).unwrap();
            let mut moments = ItemMoments::new(&scales);
            moments.add(&rows, &[0, NO_CELL, 7]).unwrap();
            assert_eq!((moments.n_rows(), moments.n(), moments.means()), (2, 2, Ok(vec![0.5; 2])));
            assert_eq!(moments.covariances().unwrap().get(0, 1), 0.125);
            assert_eq!(moments.add(&rows, &[0]), Err(Undefined::OutOfRange));
        }
    }

    /// Steps of a quarter are whole numbers of 2^-46, so that both ways of summing agree.
    #[test]
    fn places_and_steps_agree() {
        let steps: [&[u8]; 2] = [&[0, 1, 2, 4, 4, MISSING], &[4, 1, 0, 3, MISSING, 2]];
        let by_steps = moments_of(&steps, 4);
        let places: Vec<Vec<f64>> = steps
            .iter()
            .map(|column| {
                column.iter().map(|&step| if step == MISSING { f64::NAN } else { f64::from(step) / 4.0 }).collect()
            })
            .collect();
        let scales = [ItemScale::Continuous, ItemScale::Steps(4)];
        let answers = [Answers::Places(&places[0]), Answers::Steps(steps[1])];
        let mut by_places = ItemMoments::new(&scales);
        by_places.add(&ItemRows::new(&scales, &answers).unwrap(), &[0; 6]).unwrap();
        assert_eq!(by_places.means(), by_steps.means());
        assert_eq!(by_places.covariances(), by_steps.covariances());
    }

    proptest! {
        #[test]
        fn merging_halves_equals_reading_whole(
            rows in prop::collection::vec((prop_oneof![0_u8..=10, Just(MISSING)], 0_u8..=10, 0_u8..=10), 0..700),
            at in 0_usize..700,
        ) {
            let column = |rows: &[(u8, u8, u8)], pick: fn(&(u8, u8, u8)) -> u8| rows.iter().map(pick).collect::<Vec<u8>>();
            let of = |rows: &[(u8, u8, u8)]| {
                let (a, b, c) = (column(rows, |row| row.0), column(rows, |row| row.1), column(rows, |row| row.2));
                moments_of(&[&a, &b, &c], 10)
            };
            let (left, right) = rows.split_at(at.min(rows.len()));
            let whole = of(&rows);
            let mut merged = of(left);
            merged.merge(&of(right)).unwrap();
            prop_assert_eq!(&merged, &whole);
            let complete: Vec<_> = rows.iter().filter(|row| row.0 != MISSING).collect();
            let product: i128 = complete.iter().map(|row| i128::from(row.0) * i128::from(row.2)).sum();
            prop_assert_eq!((whole.n(), whole.products[3]), (complete.len() as u64, product));
        }
    }
}

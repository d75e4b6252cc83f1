//! Centred sums of products of every pair of columns, each over the rows that both have.
//!
//! Notation: `c` a column's mean and `2^e` a power of two above its largest distance from it;
//! `z = (x - c) 2^-e`, and `z = 0` where x is missing. For columns i and j, over the rows that
//! both have, with weights `w` (1 without):
//!
//! ```text
//! C = sum w z_i z_j      S_i = sum w z_i      Q_i = sum w z_i^2      W = sum w
//! sum of products = C - S_i S_j / W           sum of squares of i = Q_i - S_i^2 / W
//! ```
//!
//! All rows are read once, in tiles that stay in the first cache. A missing row of j adds
//! nothing to C by itself; it is S and Q of all other columns that have to be taken back for it,
//! which costs as many steps as there are missing rows. Sums are whole numbers of 2^-65, so that
//! taking back is exact and neither order nor threads change a digit.
//!
//! Where the rows of a pair are a narrow part of a column, their sums of squares are the small
//! difference of large numbers. Such a pair is worked out again about the means of its own rows.

use std::ops::Range;

use rayon::prelude::*;

use super::super::bounded_sum::{BoundedSum, LANES, MOST_PENDING, Pending, PendingLanes};
use super::super::masked::{Masked, n_both};
use super::super::moments::Centre;
use super::super::undefined::Undefined;

/// Rows that stay in the first cache while all pairs are formed.
const TILE: usize = 128;
/// Rows that one task reads.
const BLOCK: usize = 1 << 15;
/// Tiles after which running sums are put away.
const TILES_PENDING: usize = MOST_PENDING / TILE;
/// A pair whose rows keep less than this share of a column's variance is worked out again.
const NARROW: f64 = 1.0 / 1024.0;

/// Sums about the means of the rows that two columns share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comoment {
    /// Rows that both have.
    pub n: u64,
    /// Sum of the weights of those rows; their number without weights.
    pub weight: f64,
    /// Sum of squares of the first column, in units of 2^(2 exponent).
    pub(super) xx: f64,
    /// The same of the second.
    pub(super) yy: f64,
    /// Sum of products.
    pub(super) xy: f64,
    /// Exponents of the units of the two columns.
    pub(super) exponents: (i32, i32),
}

/// Comoments of all pairs of columns, the upper triangle row by row.
#[derive(Clone, Debug)]
pub struct Comoments {
    n_columns: usize,
    cells: Vec<Result<Comoment, Undefined>>,
}

impl Comoments {
    /// The comoments of every pair, each over the rows that both columns have.
    ///
    /// Columns are of one length. Weights, if any, are finite and above 0, one for each row.
    /// A pair is undefined where it has no row (`TooFew`), or one of its columns has a value that
    /// is not finite anywhere (`NotFinite`) or is constant over the rows of the pair (`Constant`).
    ///
    /// One pass for the means and one for the products. Time is that of `p (p+1) / 2` products for each
    /// row; missing rows add what `2 p` products cost.
    #[must_use]
    pub fn of(columns: &[Masked<'_>], weights: Option<&[f64]>) -> Self {
        let table = Table::of(columns, weights);
        let sums = table.sums();
        let pairs: Vec<(usize, usize)> = upper(columns.len()).collect();
        let cells = pairs.into_par_iter().map(|(i, j)| table.comoment(&sums, i, j)).collect();
        Self { n_columns: columns.len(), cells }
    }

    /// Number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The comoment of two columns, in the order asked for.
    ///
    /// # Errors
    /// Why it is undefined.
    pub fn get(&self, i: usize, j: usize) -> Result<Comoment, Undefined> {
        let cell = &self.cells[place(self.n_columns, i.min(j), i.max(j))];
        cell.clone().map(|cell| if i <= j { cell } else { cell.swapped() })
    }
}

impl Comoment {
    fn swapped(self) -> Self {
        let (x, y) = self.exponents;
        Self { xx: self.yy, yy: self.xx, exponents: (y, x), ..self }
    }
}

/// Pairs with the first column not after the second.
fn upper(p: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..p).flat_map(move |i| (i..p).map(move |j| (i, j)))
}

/// Where the pair stands among them.
fn place(p: usize, i: usize, j: usize) -> usize {
    i * (2 * p - i + 1) / 2 + j - i
}

/// Columns with what the first pass found.
struct Table<'a> {
    columns: &'a [Masked<'a>],
    /// `None` where a column has no values, or one that is not finite.
    centres: Vec<Result<Centre, Undefined>>,
    weights: Option<Weights>,
}

/// Weights in units of a power of two, so that none is above 1.
struct Weights {
    unit: Centre,
    scaled: Vec<f64>,
}

impl Weights {
    fn of(weights: &[f64]) -> Self {
        let unit = Centre::around(0.0, 0.0, weights.iter().copied().fold(0.0, f64::max));
        Self { unit, scaled: weights.iter().map(|&weight| unit.distance(weight)).collect() }
    }
}

/// The centre of a column, or why it has none.
///
/// Sums take back what the centre is beside the mean, so that it need not have all digits; it is
/// the same in any order of the rows, and that it must be.
fn centre(column: Masked<'_>) -> Result<Centre, Undefined> {
    let Some(first) = column.present().next() else { return Err(Undefined::TooFew { n: 0, needed: 1 }) };
    let (mut low, mut high, mut is_finite) = (first, first, true);
    for_each_word(column, |word, values| {
        for (at, &value) in values.iter().enumerate() {
            let value = if word >> at & 1 == 1 { value } else { first };
            is_finite &= value.is_finite();
            low = if value < low { value } else { low };
            high = if value > high { value } else { high };
        }
    });
    if !is_finite {
        return Err(Undefined::NotFinite);
    }
    if low == high {
        return Err(Undefined::Constant);
    }
    // About the middle, so that the ends bound every term.
    let middle = Centre::around(low / 2.0 + high / 2.0, low, high);
    let mut sum = BoundedSum::default();
    let mut running = PendingLanes::default();
    let mut n_pending = 0;
    for_each_word(column, |word, values| {
        let mut terms = [0.0; 64];
        for (at, (term, &value)) in terms.iter_mut().zip(values).enumerate() {
            *term = if word >> at & 1 == 1 { middle.distance(value) } else { 0.0 };
        }
        terms.as_chunks::<LANES>().0.iter().for_each(|terms| running.add(*terms));
        n_pending += 64;
        if n_pending == MOST_PENDING {
            sum.take_lanes(&mut running);
            n_pending = 0;
        }
    });
    sum.take_lanes(&mut running);
    let mean = low / 2.0 + high / 2.0 + middle.grown(sum.value() / column.n_valid() as f64, 1);
    Ok(Centre::around(mean.clamp(low, high), low, high))
}

/// Hands over 64 rows at a time with the bits of those that are there.
#[inline]
fn for_each_word(column: Masked<'_>, mut each: impl FnMut(u64, &[f64])) {
    for (at, values) in column.values.chunks(64).enumerate() {
        each(column.word(at), values);
    }
}

impl<'a> Table<'a> {
    fn of(columns: &'a [Masked<'a>], weights: Option<&[f64]>) -> Self {
        let centres = columns.par_iter().map(|&column| centre(column)).collect();
        Self { columns, centres, weights: weights.map(Weights::of) }
    }

    fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The one pass over all rows.
    fn sums(&self) -> Sums {
        let p = self.columns.len();
        let n_blocks = self.n_rows().div_ceil(BLOCK);
        (0..n_blocks)
            .into_par_iter()
            .fold(
                || Reader::new(self),
                |mut reader, block| {
                    reader.add(block * BLOCK..((block + 1) * BLOCK).min(self.n_rows()));
                    reader
                },
            )
            .map(Reader::finish)
            .reduce(|| Sums::new(p), Sums::merge)
    }

    /// Sum of the weights of the rows that both columns have, in units of the weights.
    fn weight(&self, sums: &Sums, i: usize, j: usize) -> f64 {
        let p = self.columns.len();
        match &self.weights {
            None => n_both(self.columns[i], self.columns[j]) as f64,
            Some(_) => {
                let missing = |i: usize, j: usize| sums.missing_weight[place(p, i.min(j), i.max(j))];
                sums.weight.without(missing(i, i)).without(missing(j, j)).merge(missing(i, j)).value()
            }
        }
    }

    fn comoment(&self, sums: &Sums, i: usize, j: usize) -> Result<Comoment, Undefined> {
        let n = n_both(self.columns[i], self.columns[j]);
        if n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        let (x, y) = (self.centres[i].clone()?, self.centres[j].clone()?);
        let weight = self.weight(sums, i, j);
        let (x_sum, xx) = sums.of_rows_with(i, j, weight);
        let (y_sum, yy) = sums.of_rows_with(j, i, weight);
        let is_narrow = |of: usize, squares: f64| {
            let whole_weight = self.weight(sums, of, of);
            let (_, whole) = sums.of_rows_with(of, of, whole_weight);
            !(squares / weight > NARROW * (whole / whole_weight))
        };
        if i != j && (is_narrow(i, xx) || is_narrow(j, yy)) {
            return self.about_own_means(i, j);
        }
        let xy = sums.products[place(sums.n_columns, i, j)].value() - x_sum * y_sum / weight;
        let weight = self.weights.as_ref().map_or(weight, |weights| weights.unit.grown(weight, 1));
        Ok(Comoment { n, weight, xx, yy, xy, exponents: (x.exponent, y.exponent) })
    }

    /// The pair by itself, without the rows that one of them lacks.
    fn about_own_means(&self, i: usize, j: usize) -> Result<Comoment, Undefined> {
        let (x, y) = (self.columns[i], self.columns[j]);
        let rows: Vec<usize> = (0..self.n_rows()).filter(|&row| x.is_valid(row) && y.is_valid(row)).collect();
        let of = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let (x, y) = (of(x.values), of(y.values));
        let weights = self.weights.as_ref().map(|weights| of(&weights.scaled));
        let found = Comoments::of(&[Masked::complete(&x), Masked::complete(&y)], weights.as_deref()).get(0, 1)?;
        let unit = self.weights.as_ref().map_or(1.0, |weights| weights.unit.grown(1.0, 1));
        Ok(Comoment { weight: found.weight * unit, ..found })
    }
}

/// Sums over all rows of the table.
struct Sums {
    n_columns: usize,
    /// `sum w z_i z_j`, the upper triangle.
    products: Vec<BoundedSum>,
    /// `sum w z_i`.
    firsts: Vec<BoundedSum>,
    /// `sum w z_i` and `sum w z_i^2` over the rows that j lacks, at `i p + j`.
    lost: Vec<[BoundedSum; 2]>,
    /// `sum w`.
    weight: BoundedSum,
    /// `sum w` over the rows that both lack, the upper triangle; of use with weights alone.
    missing_weight: Vec<BoundedSum>,
}

impl Sums {
    fn new(p: usize) -> Self {
        let none = BoundedSum::default();
        let triangle = p * (p + 1) / 2;
        Self {
            n_columns: p,
            products: vec![none; triangle],
            firsts: vec![none; p],
            lost: vec![[none; 2]; p * p],
            weight: none,
            missing_weight: vec![none; triangle],
        }
    }

    fn merge(mut self, other: Self) -> Self {
        let add = |mine: &mut Vec<BoundedSum>, theirs: Vec<BoundedSum>| {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine = mine.merge(theirs));
        };
        add(&mut self.products, other.products);
        add(&mut self.firsts, other.firsts);
        add(&mut self.missing_weight, other.missing_weight);
        for (mine, theirs) in self.lost.iter_mut().flatten().zip(other.lost.iter().flatten()) {
            *mine = mine.merge(*theirs);
        }
        self.weight = self.weight.merge(other.weight);
        self
    }

    /// Sum, and sum of squares about the mean, of a column over the rows that another has.
    fn of_rows_with(&self, i: usize, other: usize, weight: f64) -> (f64, f64) {
        let p = self.n_columns;
        let [sum, squares] = if i == other { [BoundedSum::default(); 2] } else { self.lost[i * p + other] };
        let sum = self.firsts[i].without(sum).value();
        let squares = self.products[place(p, i, i)].without(squares).value();
        (sum, squares - sum * sum / weight)
    }
}

/// One task: the sums of its rows so far, a tile, and running sums not yet put away.
struct Reader<'a> {
    table: &'a Table<'a>,
    sums: Sums,
    n_tiles: usize,
    /// Scaled distances, column after column; 0 where missing.
    tile: Vec<f64>,
    weights: [f64; TILE],
    products: Vec<PendingLanes>,
    firsts: Vec<PendingLanes>,
    lost: Vec<[Pending; 2]>,
    weight: PendingLanes,
    missing_weight: Vec<Pending>,
}

impl<'a> Reader<'a> {
    fn new(table: &'a Table<'a>) -> Self {
        let p = table.columns.len();
        let triangle = p * (p + 1) / 2;
        Self {
            table,
            sums: Sums::new(p),
            n_tiles: 0,
            tile: vec![0.0; p * TILE],
            weights: [0.0; TILE],
            products: vec![PendingLanes::default(); triangle],
            firsts: vec![PendingLanes::default(); p],
            lost: vec![[Pending::default(); 2]; p * p],
            weight: PendingLanes::default(),
            missing_weight: vec![Pending::default(); triangle],
        }
    }

    fn add(&mut self, rows: Range<usize>) {
        for start in rows.clone().step_by(TILE) {
            let rows = start..(start + TILE).min(rows.end);
            self.fill(rows.clone());
            match &self.table.weights {
                None => self.add_products(|_, product| product),
                Some(_) => {
                    let weights = self.weights;
                    self.add_products(|at, product| {
                        std::array::from_fn(|lane| weights[at * LANES + lane] * product[lane])
                    });
                }
            }
            self.take_back_missing(rows);
            self.n_tiles += 1;
            if self.n_tiles == TILES_PENDING {
                self.put_away();
            }
        }
    }

    /// Brings rows into the tile; behind the last row all is 0.
    fn fill(&mut self, rows: Range<usize>) {
        let n = rows.len();
        self.weights = [0.0; TILE];
        match &self.table.weights {
            None => self.weights[..n].fill(1.0),
            Some(weights) => self.weights[..n].copy_from_slice(&weights.scaled[rows.clone()]),
        }
        let columns = self.table.columns.iter().zip(&self.table.centres);
        for ((column, centre), tile) in columns.zip(self.tile.as_chunks_mut::<TILE>().0) {
            tile.fill(0.0);
            let Ok(centre) = centre else { continue };
            for (z, x) in tile.iter_mut().zip(&column.values[rows.clone()]) {
                *z = centre.distance(*x);
            }
            if column.valid.is_some() {
                missing_rows(*column, rows.clone()).for_each(|row| tile[row - rows.start] = 0.0);
            }
        }
    }

    #[inline]
    fn add_products(&mut self, weighted: impl Fn(usize, [f64; LANES]) -> [f64; LANES] + Copy) {
        let tiles = self.tile.as_chunks::<TILE>().0;
        let mut products = self.products.iter_mut();
        for (i, x) in tiles.iter().enumerate() {
            let first = &mut self.firsts[i];
            let x = x.as_chunks::<LANES>().0;
            x.iter().enumerate().for_each(|(at, x)| first.add(weighted(at, *x)));
            for (y, sums) in tiles[i..].iter().zip(&mut products) {
                let mut running = *sums;
                for (at, (x, y)) in x.iter().zip(y.as_chunks::<LANES>().0).enumerate() {
                    running.add(weighted(at, std::array::from_fn(|lane| x[lane] * y[lane])));
                }
                *sums = running;
            }
        }
        self.weights.as_chunks::<LANES>().0.iter().for_each(|weights| self.weight.add(*weights));
    }

    /// What the other columns have in the rows that one lacks.
    fn take_back_missing(&mut self, rows: Range<usize>) {
        let p = self.table.columns.len();
        let is_weighted = self.table.weights.is_some();
        for (j, column) in self.table.columns.iter().enumerate().filter(|(_, column)| column.valid.is_some()) {
            for row in missing_rows(*column, rows.clone()) {
                let at = row - rows.start;
                let weight = self.weights[at];
                for i in 0..p {
                    let z = self.tile[i * TILE + at];
                    let [sum, squares] = &mut self.lost[i * p + j];
                    sum.add(weight * z);
                    squares.add(weight * (z * z));
                }
                if is_weighted {
                    for i in (0..=j).filter(|&i| !self.table.columns[i].is_valid(row)) {
                        self.missing_weight[place(p, i, j)].add(weight);
                    }
                }
            }
        }
    }

    fn put_away(&mut self) {
        self.sums.products.iter_mut().zip(&mut self.products).for_each(|(sum, running)| sum.take_lanes(running));
        self.sums.firsts.iter_mut().zip(&mut self.firsts).for_each(|(sum, running)| sum.take_lanes(running));
        let lost = self.sums.lost.iter_mut().flatten().zip(self.lost.iter_mut().flatten());
        lost.for_each(|(sum, running)| sum.take(running));
        self.sums.weight.take_lanes(&mut self.weight);
        let missing = self.sums.missing_weight.iter_mut().zip(&mut self.missing_weight);
        missing.for_each(|(sum, running)| sum.take(running));
        self.n_tiles = 0;
    }

    fn finish(mut self) -> Sums {
        self.put_away();
        self.sums
    }
}

/// Rows in a range, which begins at a multiple of 64, that a column lacks.
fn missing_rows(column: Masked<'_>, rows: Range<usize>) -> impl Iterator<Item = usize> + use<'_> {
    let words = rows.start / 64..rows.end.div_ceil(64);
    words.flat_map(move |at| {
        let n = column.values.len() - at * 64;
        let all = if n >= 64 { u64::MAX } else { (1 << n) - 1 };
        ones(!column.word(at) & all).map(move |bit| at * 64 + bit)
    })
}

/// The places of the bits that are 1.
fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then_some(word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}

//! How far two columns of categories go together: chi-squared and the measures made of it.
//!
//! Notation: r rows, c columns, cells O with the expected `E = R C / n`; `phi^2 = chi^2 / n`.
//!
//! ```text
//! chi^2   sum (O - E)^2 / E = sum over cells with rows (O n - R C)^2 / (n R C) + sum of E over empty cells
//! V       sqrt(phi^2 / min(r - 1, c - 1))                      H. Cramer (1946), section 21.9
//! V~      sqrt(phi~^2 / min(r~ - 1, c~ - 1))                   W. Bergsma (2013), J. Korean Stat. Soc. 42(3), 323-328
//!         phi~^2 = max(0, phi^2 - (r - 1)(c - 1) / (n - 1)),  r~ = r - (r - 1)^2 / (n - 1),  c~ likewise
//! C       sqrt(chi^2 / (n + chi^2))                            K. Pearson's contingency coefficient
//! U(y|x)  I / H(y), I the mutual information, H the entropy    H. Theil (1970)
//! ```
//!
//! Differences `O n - R C` are formed with a fused product, so counts lose nothing; all sums
//! have positive terms, are exact, and every term is the same when x and y change places.

use serde::Serialize;

use super::super::distribution::chi_squared;
use super::super::exact_sum::ExactSum;
use super::super::p_value::PValue;
use super::super::undefined::Undefined;
use super::contingency::{Cell, ContingencyTable};

/// Expected counts below this make the chi-squared distribution a poor guide: W. G. Cochran
/// (1954), Biometrics 10(4), 417-451.
const SMALL_EXPECTED: f64 = 5.0;

/// Association of two columns of categories.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CategoryAssociation {
    /// Rows with both categories, or the sum of their weights.
    pub n: f64,
    /// Categories of x that have rows.
    pub n_rows: u64,
    /// Categories of y that have rows.
    pub n_columns: u64,
    /// Pearson's chi-squared, without a correction for continuity.
    pub chi_squared: f64,
    /// `(r - 1)(c - 1)`.
    pub df: u64,
    /// The probability of a larger chi-squared without association.
    pub p_value: PValue,
    /// Cramér's V, in 0..=1.
    pub cramers_v: f64,
    /// Bergsma's V, which is near 0 without association however many categories there are;
    /// `None` when there is no more than one row for each category of the shorter side.
    pub cramers_v_bias_corrected: Option<f64>,
    /// Pearson's contingency coefficient.
    pub contingency_coefficient: f64,
    /// Cells, empty ones too, with less than 5 expected: with many of them p is not to be trusted.
    pub n_small_expected: u64,
    /// The smallest expected count.
    pub min_expected: f64,
    /// Theil's U(y|x): the share of the entropy of y that knowing x takes away.
    pub uncertainty_y_given_x: f64,
    /// Theil's U(x|y).
    pub uncertainty_x_given_y: f64,
}

/// What a table of two rows and two columns has besides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FourfoldAssociation {
    /// The correlation of the two columns as 0 and 1, in -1..=1; the higher code is the 1.
    pub phi: f64,
    /// `a d / (b c)`; `None` when b or c is 0.
    pub odds_ratio: Option<f64>,
    /// `(a + 1/2)(d + 1/2) / ((b + 1/2)(c + 1/2))`, defined for empty cells too: J. B. S.
    /// Haldane (1956), Annals of Human Genetics 20(4), 309-311.
    pub odds_ratio_haldane: f64,
    /// Chi-squared with F. Yates' correction for continuity (1934).
    pub chi_squared_yates: f64,
    /// Its p-value, with one degree of freedom.
    pub p_value_yates: PValue,
}

/// Measures the association in a table.
///
/// V is 0 for independent columns and 1 where each category of the side with more of them
/// goes with one of the other. Without correction it grows with the number of categories even
/// for independent columns; compare pairs by the corrected one.
///
/// # Errors
///
/// Those of the distribution, which no table with two rows and columns causes.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::association::contingency::ContingencyTable;
/// use customer_analytics::kernel::association::cramer::association;
///
/// // Rows 0 and 1 of x: 30 and 10 against 10 and 30; chi-squared 80 (30 30 - 10 10)^2 / 40^4.
/// let table = ContingencyTable::weighted(&[0, 0, 1, 1], &[0, 1, 0, 1], &[30.0, 10.0, 10.0, 30.0]).unwrap();
/// let found = association(&table).unwrap();
/// assert_eq!((found.chi_squared, found.cramers_v), (20.0, 0.5));
/// ```
pub fn association(table: &ContingencyTable) -> Result<CategoryAssociation, Undefined> {
    let (r, c, n) = (table.rows().len() as u64, table.columns().len() as u64, table.n());
    let phi_squared = phi_squared(table).ok_or(Undefined::Overflow)?;
    let chi_squared = phi_squared * n;
    let shorter = (r.min(c) - 1) as f64;
    let df = (r - 1) * (c - 1);
    let information = mutual_information(table).ok_or(Undefined::Overflow)?;
    let certain =
        |sums: &[f64]| entropy(sums, n).map(|entropy| (information / entropy).min(1.0)).ok_or(Undefined::Overflow);
    let least = |sums: &[f64]| sums.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(CategoryAssociation {
        n,
        n_rows: r,
        n_columns: c,
        chi_squared,
        df,
        p_value: chi_squared::upper_tail(chi_squared, df as f64)?,
        cramers_v: (phi_squared / shorter).sqrt().min(1.0),
        cramers_v_bias_corrected: bias_corrected(phi_squared, r as f64, c as f64, n),
        contingency_coefficient: (phi_squared / (1.0 + phi_squared)).sqrt(),
        n_small_expected: n_small_expected(table),
        min_expected: least(table.rows()) * least(table.columns()) / n,
        uncertainty_y_given_x: certain(table.columns())?,
        uncertainty_x_given_y: certain(table.rows())?,
    })
}

/// Measures the association in a table of two rows and two columns `[[a, b], [c, d]]`.
///
/// # Errors
///
/// [`Undefined::OneGroup`] for any other table.
pub fn fourfold(table: &ContingencyTable) -> Result<FourfoldAssociation, Undefined> {
    let [[a, b], [c, d]] = table.two_by_two().ok_or(Undefined::OneGroup)?;
    let n = table.n();
    let odds = |a: f64, b: f64, c: f64, d: f64| (a / b) * (d / c);
    let determinant = difference_of_products(a, d, b, c);
    let (rows, columns) = (table.rows()[0] * table.rows()[1], table.columns()[0] * table.columns()[1]);
    let corrected = (determinant.abs() - n / 2.0).max(0.0);
    let chi_squared_yates = (corrected / rows) * (corrected / columns) * n;
    Ok(FourfoldAssociation {
        phi: (determinant / (rows.sqrt() * columns.sqrt())).clamp(-1.0, 1.0),
        odds_ratio: Some(odds(a, b, c, d)).filter(|_| b > 0.0 && c > 0.0),
        odds_ratio_haldane: odds(a + 0.5, b + 0.5, c + 0.5, d + 0.5),
        chi_squared_yates,
        p_value_yates: chi_squared::upper_tail(chi_squared_yates, 1.0)?,
    })
}

/// `a b - c d` within two roundings of the result: W. Kahan's use of the fused product.
fn difference_of_products(a: f64, b: f64, c: f64, d: f64) -> f64 {
    let taken = c * d;
    let lost = c.mul_add(-d, taken);
    a.mul_add(b, -taken) + lost
}

/// The product of the margins of a cell, and how far the cell is from it, as a share.
fn excess(table: &ContingencyTable, cell: &Cell) -> (f64, f64) {
    let (r, c) = (table.rows()[cell.row as usize], table.columns()[cell.column as usize]);
    (r * c, difference_of_products(cell.count, table.n(), r, c))
}

/// `n` times the expected counts of all empty cells.
fn expected_of_empty(table: &ContingencyTable) -> Option<f64> {
    if table.cells().len() == table.rows().len() * table.columns().len() {
        return Some(0.0);
    }
    let margins = |sums: &[f64], place: fn(&Cell) -> u32| {
        table.cells().iter().map(|cell| sums[place(cell) as usize]).collect::<Vec<_>>()
    };
    let (rows, columns) =
        (margins(table.rows(), |cell| cell.row), margins(table.columns(), |cell| -> u32 { cell.column }));
    let taken: Vec<f64> = rows.into_iter().map(|sum| -sum).collect();
    let sum = ExactSum::of_products(&[table.n()], &[table.n()]).merge(&ExactSum::of_products(&taken, &columns));
    // Rounded margins of weights may leave a little less than nothing.
    sum.value().map(|sum| sum.max(0.0))
}

fn phi_squared(table: &ContingencyTable) -> Option<f64> {
    let n = table.n();
    let mut sum = ExactSum::default();
    for cell in table.cells() {
        let (product, excess) = excess(table, cell);
        sum.add((excess / product) * (excess / n) / n);
    }
    sum.add(expected_of_empty(table)? / n / n);
    sum.value()
}

fn bias_corrected(phi_squared: f64, r: f64, c: f64, n: f64) -> Option<f64> {
    let others = Some(n - 1.0).filter(|&others| others > 0.0)?;
    let corrected = (phi_squared - (r - 1.0) * (c - 1.0) / others).max(0.0);
    let size = |k: f64| k - 1.0 - (k - 1.0).powi(2) / others;
    let shorter = Some(size(r).min(size(c))).filter(|&shorter| shorter > 0.0)?;
    Some((corrected / shorter).sqrt().min(1.0))
}

/// `I = sum (O / n) ln(O n / (R C))`, with the expected counts put in and taken out so that no
/// term is negative: `E ((1 + d) ln(1 + d) - d)` with `d = O / E - 1`, and E of empty cells.
fn mutual_information(table: &ContingencyTable) -> Option<f64> {
    let n = table.n();
    let mut sum = ExactSum::default();
    for cell in table.cells() {
        let (product, excess) = excess(table, cell);
        sum.add(surprise(excess / product) * (product / n / n));
    }
    sum.add(expected_of_empty(table)? / n / n);
    sum.value()
}

/// `(1 + d) ln(1 + d) - d`, by its series `d^2 / 2 - d^3 / 6 + d^4 / 12 - ...` for small d.
fn surprise(d: f64) -> f64 {
    if d.abs() > 0.1 {
        return (1.0 + d) * d.ln_1p() - d;
    }
    let series = (2..=16).rev().fold(0.0, |sum, k| 1.0 / f64::from(k * (k - 1)) - d * sum);
    d * d * series
}

/// The entropy of the sums of a margin, in nats.
fn entropy(sums: &[f64], n: f64) -> Option<f64> {
    let mut entropy = ExactSum::default();
    sums.iter().for_each(|sum| entropy.add(-(sum / n) * (sum / n).ln()));
    entropy.value()
}

/// Cells with `R C / n < 5`, by walking up the rows and down the columns in order.
fn n_small_expected(table: &ContingencyTable) -> u64 {
    let ascending = |sums: &[f64]| {
        let mut sums = sums.to_vec();
        sums.sort_unstable_by(f64::total_cmp);
        sums
    };
    let (rows, columns) = (ascending(table.rows()), ascending(table.columns()));
    let mut small = columns.len();
    let mut count = 0;
    for row in rows {
        while small > 0 && row * columns[small - 1] >= SMALL_EXPECTED * table.n() {
            small -= 1;
        }
        count += small as u64;
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(counts: &[&[f64]]) -> ContingencyTable {
        let cells = counts.iter().enumerate().flat_map(|(i, row)| row.iter().enumerate().map(move |(j, n)| (i, j, *n)));
        let (mut x, mut y, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for (i, j, n) in cells {
            x.push(i as u32);
            y.push(j as u32);
            weights.push(n);
        }
        ContingencyTable::weighted(&x, &y, &weights).unwrap()
    }

    #[track_caller]
    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{found} {expected}");
    }

    /// Oracle: exact rationals and mpmath 1.4.1 with 60 digits, on two columns of the Telco
    /// file, partner against churn.
    #[test]
    fn a_fourfold_table_has_all_digits() {
        let table = table(&[&[2_441.0, 1_200.0], &[2_733.0, 669.0]]);
        let found = association(&table).unwrap();
        assert_close(found.chi_squared, 159.414_528_432_426_6);
        assert_close(found.cramers_v, 0.150_447_544_959_178_76);
        assert_close(found.cramers_v_bias_corrected.unwrap(), 0.149_985_509_866_158_22);
        assert_close(found.contingency_coefficient, 0.148_773_264_523_115_87);
        assert_close(found.p_value.log10(), -35.818_431_756_278_42);
        assert_eq!((found.df, found.n, found.n_small_expected), (1, 7_043.0, 0));
        let four = fourfold(&table).unwrap();
        assert_close(four.phi, -0.150_447_544_959_178_76);
        assert_close(four.odds_ratio.unwrap(), 0.497_935_418_953_530_94);
        assert_close(four.chi_squared_yates, 158.733_382_030_992_26);
        assert_close(four.p_value_yates.value(), 2.139_911_344_075_939_7e-36);
    }

    /// Oracle: mpmath 1.4.1, 60 digits, from the definitions.
    #[test]
    fn empty_cells_and_small_expected_counts_are_counted() {
        let found = association(&table(&[&[8.0, 0.0, 3.0], &[0.0, 5.0, 1.0]])).unwrap();
        assert_close(found.chi_squared, 13.715909090909092);
        assert_close(found.uncertainty_y_given_x, 0.4899378356495517);
        assert_close(found.uncertainty_x_given_y, 0.7962041017395813);
        assert_close(found.cramers_v_bias_corrected.unwrap(), 0.8528028654224418);
        assert_close(found.min_expected, 24.0 / 17.0);
        // Expected: 88, 55, 44 and 48, 30, 24, by 17.
        assert_eq!(found.n_small_expected, 5);
    }

    #[test]
    fn independence_is_nought_and_identity_is_one() {
        let found = association(&table(&[&[10.0, 20.0, 30.0], &[100.0, 200.0, 300.0]])).unwrap();
        assert_eq!((found.chi_squared, found.cramers_v, found.uncertainty_x_given_y), (0.0, 0.0, 0.0));
        assert_eq!((found.p_value.value(), found.cramers_v_bias_corrected), (1.0, Some(0.0)));
        let found = association(&table(&[&[7.0, 0.0, 0.0], &[0.0, 0.0, 2.0], &[0.0, 5.0, 0.0]])).unwrap();
        assert_close(found.cramers_v, 1.0);
        assert_close(found.uncertainty_y_given_x, 1.0);
    }

    /// Oracle: by hand; one row more in a million by a million: chi^2 = n (a d - b c)^2 / (R1 R2 C1 C2).
    #[test]
    fn a_trace_of_association_is_not_rounded_away() {
        let n = 1e6;
        let found = association(&table(&[&[n + 1.0, n], &[n, n]])).unwrap();
        // a d - b c = n, margins 2n + 1 and 2n.
        let expected = (4.0 * n + 1.0) * n * n / ((2.0 * n + 1.0) * (2.0 * n)).powi(2);
        assert_close(found.chi_squared, expected);
        // The information of a small departure is half of phi squared, to first order.
        let information = found.uncertainty_x_given_y * std::f64::consts::LN_2;
        assert!((information / (expected / (4.0 * n + 1.0) / 2.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn an_empty_cell_leaves_the_plain_odds_ratio_open() {
        let found = fourfold(&table(&[&[3.0, 0.0], &[1.0, 4.0]])).unwrap();
        assert_eq!(found.odds_ratio, None);
        assert_close(found.odds_ratio_haldane, 3.5 * 4.5 / (0.5 * 1.5));
        assert_eq!(fourfold(&table(&[&[0.0, 2.0], &[1.0, 4.0]])).unwrap().odds_ratio, Some(0.0));
        assert_eq!(fourfold(&table(&[&[1.0, 2.0, 1.0], &[1.0, 4.0, 0.0]])), Err(Undefined::OneGroup));
        // |a d - b c| below n / 2: the correction leaves nothing.
        assert_eq!(fourfold(&table(&[&[2.0, 2.0], &[2.0, 3.0]])).unwrap().p_value_yates.value(), 1.0);
    }

    /// As many categories as rows: nothing is known about association.
    #[test]
    fn identifiers_have_no_corrected_coefficient() {
        let ids: Vec<u32> = (0..10).collect();
        let found = association(&ContingencyTable::of(&ids, &ids).unwrap()).unwrap();
        assert_close(found.cramers_v, 1.0);
        assert_eq!((found.cramers_v_bias_corrected, found.n_small_expected), (None, 100));
    }

    proptest! {
        #[test]
        fn neither_side_nor_coding_nor_order_changes_a_digit(rows in prop::collection::vec((0_u32..4, 0_u32..5), 8..80)) {
            let (x, y): (Vec<u32>, Vec<u32>) = rows.iter().copied().unzip();
            let recoded: Vec<u32> = x.iter().rev().map(|code| [3, 900_000_000, 0, 7][*code as usize]).collect();
            let back: Vec<u32> = y.iter().rev().map(|code| 4 - code).collect();
            let of = |x: &[u32], y: &[u32]| ContingencyTable::of(x, y).and_then(|table| association(&table));
            let found = of(&x, &y);
            prop_assert_eq!(&of(&recoded, &back), &found);
            if let (Ok(found), Ok(turned)) = (found, of(&y, &x)) {
                prop_assert_eq!(
                    (found.chi_squared, found.cramers_v, found.cramers_v_bias_corrected, found.uncertainty_x_given_y),
                    (turned.chi_squared, turned.cramers_v, turned.cramers_v_bias_corrected, turned.uncertainty_y_given_x)
                );
            }
        }
    }
}

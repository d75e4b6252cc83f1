//! How far the columns of a design determine each other.
//!
//! Notation: `R` the correlations of the columns, the intercept apart; `R_tt` those within one
//! term; `S` the cross-products of the columns, the intercept among them and none centred, each
//! divided by its length.
//!
//! ```text
//! variance inflation   v_j = 1 / (1 - R_j^2) = (R^-1)_jj
//! of a term            det R_tt det R_rest / det R = det R_tt det (R^-1)_tt
//! condition number     sqrt (largest / smallest eigenvalue of S)
//! ```
//! D. A. Belsley, E. Kuh & R. E. Welsch (1980), Regression Diagnostics, chapter 3; J. Fox & G.
//! Monette (1992), Journal of the American Statistical Association 87(417), 178-183.

use std::ops::Range;

use super::layout::Layout;
use super::observations::Observations;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::solver::cholesky::Cholesky;
use crate::solver::eigen::symmetric_eigen;
use crate::solver::matrix_product::add_product;

/// Share of a column that the others must leave for its variance to have an inflation.
const DETERMINED: f64 = 1e-14;

/// How far the columns of a design determine each other; columns that those before them
/// determine are left out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Collinearity {
    /// For each column of the design, by what factor the others inflate the variance of its
    /// coefficient; none for the intercept, for aliased and for constant columns.
    pub variance_inflation: Vec<Option<f64>>,
    /// For each term, by what factor the others inflate the volume of the confidence region of
    /// its coefficients; none where no column of it is left.
    pub of_terms: Vec<Option<TermInflation>>,
    /// Of all columns scaled to length 1; from 30 on, near dependencies do harm.
    pub condition_number: f64,
}

/// By what factor the other terms inflate the squared volume of the confidence region of one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TermInflation {
    /// The generalized variance inflation factor; of one column the plain one.
    pub value: f64,
    /// Columns of the term that are not aliased.
    pub n_columns: u64,
}

impl TermInflation {
    /// The inflation of the length of an interval, so that terms of any number of columns
    /// compare; its square compares with a plain variance inflation.
    #[must_use]
    pub fn per_column(&self) -> f64 {
        self.value.powf(0.5 / self.n_columns as f64)
    }
}

/// Variance inflation of columns and terms, and the condition number, for the rows as weighted;
/// `terms` are ranges of columns of the design.
///
/// Inflation factors are those of regressions with an intercept whether the design has one or
/// not, and do not depend on the response or the family.
///
/// # Errors
/// `TooFew` when there is no column that is not aliased; `OutOfRange` for terms beyond the
/// columns; `Collinear` or `NotPositive` when rounding leaves nothing of a column.
pub fn collinearity(observations: &Observations, terms: &[Range<usize>]) -> Result<Collinearity, Undefined> {
    let n = observations.n_columns();
    if terms.iter().any(|term| term.end > n) {
        return Err(Undefined::OutOfRange);
    }
    let kept = observations.kept();
    if kept.is_empty() {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let (slopes, centred) = centred(observations, &kept)?;
    let correlations = Scaled::of(&observations.layout, &slopes, &centred)?;
    let mut variance_inflation = vec![None; n];
    for (at, &column) in slopes.iter().enumerate() {
        variance_inflation[column] = Some(correlations.inverse.get(at, at).max(1.0));
    }
    let of_terms = terms.iter().map(|term| correlations.of_term(&slopes, term)).collect();
    let whole = Scaled::of(&observations.layout, &kept, &observations.products.information.select(&kept))?;
    Ok(Collinearity { variance_inflation, of_terms, condition_number: whole.condition_number()? })
}

/// The fitted columns, without intercept and constants, and their cross-products about the means.
fn centred(observations: &Observations, kept: &[usize]) -> Result<(Vec<usize>, SymmetricMatrix), Undefined> {
    let total = observations.total_weight();
    let information = &observations.products.information;
    let sums = if observations.has_intercept() {
        information.row(0).to_vec()
    } else {
        let weights = observations.weights().map_or_else(|| vec![1.0; observations.n_rows()], <[f64]>::to_vec);
        observations.pass().products(&weights)
    };
    let first = usize::from(observations.has_intercept());
    let slopes: Vec<usize> = kept.iter().copied().filter(|&column| column >= first).collect();
    let about_means = |columns: &[usize]| {
        SymmetricMatrix::from_lower(columns.len(), |row, column| {
            let (row, column) = (columns[row], columns[column]);
            information.get(row, column) - sums[row] * (sums[column] / total)
        })
    };
    // A constant is determined by the intercept that the design may lack.
    let has_spread = |&column: &usize| about_means(&[column]).get(0, 0) > DETERMINED * information.get(column, column);
    let slopes: Vec<usize> = slopes.into_iter().filter(has_spread).collect();
    let products = about_means(&slopes);
    let aliased = Cholesky::of(&products, DETERMINED)?.aliased().to_vec();
    let left: Vec<usize> = (0..slopes.len()).filter(|at| !aliased.contains(at)).collect();
    Ok((left.iter().map(|&at| slopes[at]).collect(), products.select(&left)))
}

/// Cross-products of columns of the design, each of length 1, and their inverse.
struct Scaled {
    products: SymmetricMatrix,
    inverse: SymmetricMatrix,
}

impl Scaled {
    /// From cross-products of the columns as they are fitted. The inverse is turned over to the
    /// columns of the design by itself, so that it keeps the digits that they have lost.
    fn of(layout: &Layout, columns: &[usize], fitted: &SymmetricMatrix) -> Result<Self, Undefined> {
        let n = columns.len();
        let inverse = Cholesky::of(fitted, DETERMINED)?.inverse()?;
        let (to_fitted, units) = to_fitted(layout, columns);
        let to_told = to_told(layout, columns, &units);
        let (products, inverse) = (between(&to_fitted, fitted.values(), n), between(&to_told, inverse.values(), n));
        let length = |at: usize| products[at * n + at].sqrt();
        Ok(Self {
            products: SymmetricMatrix::from_lower(n, |row, column| {
                products[row * n + column] / length(row) / length(column)
            }),
            inverse: SymmetricMatrix::from_lower(n, |row, column| {
                inverse[row * n + column] * length(row) * length(column)
            }),
        })
    }

    fn of_term(&self, columns: &[usize], term: &Range<usize>) -> Option<TermInflation> {
        let own: Vec<usize> = (0..columns.len()).filter(|&at| term.contains(&columns[at])).collect();
        if own.is_empty() {
            return None;
        }
        let ln = ln_determinant(&self.products.select(&own))? + ln_determinant(&self.inverse.select(&own))?;
        let value = ln.exp().max(1.0);
        value.is_finite().then_some(TermInflation { value, n_columns: own.len() as u64 })
    }

    /// The smallest eigenvalue is the reciprocal of the largest one of the inverse.
    fn condition_number(&self) -> Result<f64, Undefined> {
        let largest = |matrix| symmetric_eigen(matrix).map(|eigen| eigen.values.last().copied().unwrap_or(1.0));
        Ok((largest(&self.products)? * largest(&self.inverse)?).sqrt().max(1.0))
    }
}

/// For each of the columns of the design, what it is of the fitted ones, divided by a unit that
/// makes it about 1; these units.
fn to_fitted(layout: &Layout, columns: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let mut unit = vec![0.0; layout.n_columns];
    let (mut rows, mut units) = (Vec::with_capacity(columns.len() * columns.len()), Vec::new());
    for &column in columns {
        unit[column] = 1.0;
        let fitted = layout.fitted(&unit);
        unit[column] = 0.0;
        let largest = columns.iter().fold(0.0_f64, |largest, &other| largest.max(fitted[other].abs()));
        rows.extend(columns.iter().map(|&other| fitted[other] / largest));
        units.push(largest);
    }
    (rows, units)
}

/// For each of the columns of the design, what its coefficient is of the fitted ones, in the
/// same units.
fn to_told(layout: &Layout, columns: &[usize], units: &[f64]) -> Vec<f64> {
    let n = columns.len();
    let (mut unit, mut rows) = (vec![0.0; layout.n_columns], vec![0.0; n * n]);
    for (at, &column) in columns.iter().enumerate() {
        unit[column] = 1.0;
        let told = layout.told(&unit);
        unit[column] = 0.0;
        for (row, (&other, of_row)) in columns.iter().zip(units).enumerate() {
            rows[row * n + at] = told[other] * of_row;
        }
    }
    rows
}

/// `T M T'`, all row after row.
fn between(turn: &[f64], matrix: &[f64], n: usize) -> Vec<f64> {
    let turned: Vec<f64> = (0..n * n).map(|cell| turn[cell % n * n + cell / n]).collect();
    let (mut half, mut whole) = (vec![0.0; n * n], vec![0.0; n * n]);
    add_product(turn, matrix, &mut half, n, n, n);
    add_product(&half, &turned, &mut whole, n, n, n);
    whole
}

/// None where rounding leaves no positive pivot.
fn ln_determinant(matrix: &SymmetricMatrix) -> Option<f64> {
    Cholesky::of(matrix, 0.0).ok()?.ln_determinant()
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a list of one block of columns")]
mod tests {
    use super::super::Outcomes;
    use super::super::small_table::{AMOUNT, PLAN, SIZE, WEIGHT, assert_close, observations};
    use super::*;
    use crate::solver::design::DesignBlock;

    const VIF: [f64; 3] = [1.0353741496598639, 1.3777777777777778, 1.3369614512471655];
    const TERMS: [f64; 2] = [1.0353741496598639, 1.0353741496598639];
    const CONDITION: f64 = 5.105635636826079;
    const WEIGHTED_VIF: [f64; 3] = [1.0754961173425366, 1.3814710957722174, 1.469909404659189];
    const WEIGHTED_TERM: f64 = 1.0754961173425366;
    const WEIGHTED_CONDITION: f64 = 6.155701612191821;
    const NEAR_VIF: [f64; 2] = [138741701390178.77, 138741701390178.77];
    const NEAR_CONDITION: f64 = 12_636_236_271.860_903;

    fn values(inflation: &[Option<f64>]) -> Vec<f64> {
        inflation.iter().flatten().copied().collect()
    }

    /// Oracle: numpy 2.4.6 with mpmath 1.4.1 at 50 digits: diagonal of the inverse of the
    /// correlations; determinants for the term of two columns; singular values of the columns
    /// scaled to length 1.
    #[test]
    fn a_number_and_a_category_by_definition() {
        let got = collinearity(&observations(&AMOUNT, None), &[1..2, 2..4]).unwrap();
        assert_eq!(got.variance_inflation[0], None);
        assert_close(&values(&got.variance_inflation), &VIF, 1e-13);
        let [size, plan] = [got.of_terms[0].unwrap(), got.of_terms[1].unwrap()];
        assert_close(&[size.value, plan.value], &TERMS, 1e-13);
        assert_eq!((size.n_columns, plan.n_columns), (1, 2));
        assert!((plan.per_column() - TERMS[1].powf(0.25)).abs() < 1e-15);
        assert_close(&[got.condition_number], &[CONDITION], 1e-13);
    }

    /// Oracle: as above with weighted sums.
    #[test]
    fn rows_count_for_their_weights() {
        let got = collinearity(&observations(&AMOUNT, Some(&WEIGHT)), &[2..4]).unwrap();
        assert_close(&values(&got.variance_inflation), &WEIGHTED_VIF, 1e-13);
        assert_close(&[got.of_terms[0].unwrap().value], &[WEIGHTED_TERM], 1e-13);
        assert_close(&[got.condition_number], &[WEIGHTED_CONDITION], 1e-13);
    }

    /// Other units and another response change nothing; nor does an intercept that is a column.
    #[test]
    fn units_and_the_form_of_the_intercept_do_not_matter() {
        let plain = collinearity(&observations(&AMOUNT, None), &[]).unwrap();
        for factor in [1e-170, 1e8, 1e170] {
            let size = DesignBlock::Numbers(SIZE.iter().map(|size| size * factor).collect::<Vec<_>>().into());
            let plan = DesignBlock::Codes { codes: PLAN.as_slice().into(), n_columns: 2 };
            let outcomes = Outcomes { response: &WEIGHT, ..Outcomes::default() };
            let other = Observations::new(&[size.clone(), plan.clone()], true, &outcomes).unwrap();
            let other = collinearity(&other, &[]).unwrap();
            assert_close(&values(&other.variance_inflation), &values(&plain.variance_inflation), 1e-12);
            assert_close(&[other.condition_number], &[plain.condition_number], 1e-12);
            let ones = DesignBlock::Numbers(vec![1.0; 12].into());
            let without = Observations::new(&[ones, size, plan], false, &outcomes).unwrap();
            let without = collinearity(&without, &[0..1]).unwrap();
            assert_eq!((without.variance_inflation[0], without.of_terms[0]), (None, None));
            assert_close(&values(&without.variance_inflation), &values(&plain.variance_inflation), 1e-12);
            assert_close(&[without.condition_number], &[plain.condition_number], 1e-12);
        }
    }

    /// Oracle: mpmath with 50 digits; 1, x, y with y = x + 1e-7 noise, far from 0.
    #[test]
    fn near_dependencies_keep_their_digits() {
        let x: Vec<f64> = (0..8).map(|row| 1000.0 + f64::from(row)).collect();
        let noise = [1.0, -2.0, 3.0, 0.5, -1.5, 2.5, -0.25, 0.75];
        let y: Vec<f64> = x.iter().zip(noise).map(|(x, noise)| x + noise / 8_388_608.0).collect();
        let blocks = [DesignBlock::Numbers(x.into()), DesignBlock::Numbers(y.into())];
        let outcomes = Outcomes { response: &noise, ..Outcomes::default() };
        let got = collinearity(&Observations::new(&blocks, true, &outcomes).unwrap(), &[]).unwrap();
        assert_close(&values(&got.variance_inflation), &NEAR_VIF, 1e-9);
        assert_close(&[got.condition_number], &[NEAR_CONDITION], 1e-9);
    }

    #[test]
    fn aliased_columns_are_left_out() {
        let twice = DesignBlock::Numbers(SIZE.iter().map(|size| 2.0 * size).collect::<Vec<_>>().into());
        let plan = DesignBlock::Codes { codes: PLAN.as_slice().into(), n_columns: 2 };
        let blocks = [DesignBlock::Numbers(SIZE.as_slice().into()), twice, plan];
        let outcomes = Outcomes { response: &AMOUNT, ..Outcomes::default() };
        let doubled = Observations::new(&blocks, true, &outcomes).unwrap();
        let got = collinearity(&doubled, &[2..3, 3..5]).unwrap();
        assert_eq!((got.variance_inflation[2], got.of_terms[0]), (None, None));
        assert_close(&values(&got.variance_inflation), &VIF, 1e-13);
        assert_eq!(collinearity(&doubled, &[3..6]), Err(Undefined::OutOfRange));
        let alone = Observations::new(&[], true, &outcomes).unwrap();
        let alone = collinearity(&alone, &[]).unwrap();
        assert_eq!((alone.variance_inflation, alone.condition_number), (vec![None], 1.0));
    }
}

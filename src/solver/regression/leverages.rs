//! How much each row weighs in its own prediction, and what leaving it out would change.
//!
//! Notation: `x_i` a row, `w_i` the weight of its information (expected, with what the row counts
//! for), `V` the inverse of the information, `k` columns, `r_i` the Pearson residual, `phi` the
//! dispersion.
//!
//! ```text
//! leverage         h_i = w_i x_i' V x_i
//! Cook's distance  d_i = r_i^2 h_i / (k phi (1 - h_i)^2)
//! ```
//! D. A. Belsley, E. Kuh & R. E. Welsch (1980), Regression Diagnostics, section 2.1; R. D. Cook
//! (1977), Technometrics 19(1), 15-18; for other families P. McCullagh & J. A. Nelder (1989),
//! Generalized Linear Models, 2nd ed., sections 12.7.1 and 12.7.3.
//!
//! The numbers of a tile of rows are multiplied with `V` as matrices; a code looks up its row of
//! `V`, two codes their cell.

use rayon::prelude::*;

use super::buffers::{Buffers, TILE};
use super::family::{Curvature, Family};
use super::fit::RegressionFit;
use super::observations::Observations;
use super::pass::{Pass, Tile, dot};
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;
use crate::solver::matrix_product::add_product;

/// What a leverage lacks to 1 at the least for its row to have a residual of its own.
pub(super) const LEAST_FREEDOM: f64 = 1e-10;

/// The leverage of each row, in the order of the observations: 0 to 1, in sum the number of
/// parameters.
///
/// A row of a frequency is that many rows, and has the leverage of one of them.
///
/// # Errors
/// `TooFew` when the fit is not one of these observations.
pub fn leverages(
    observations: &Observations,
    family: Family,
    fit: &RegressionFit,
    weights: WeightKind,
) -> Result<Vec<f64>, Undefined> {
    check_pair(observations, fit)?;
    let mut leverages = quadratic_forms(observations.pass(), &fit.fitted_covariance);
    let prior = observations.weights().filter(|_| weights != WeightKind::Frequency);
    each_judged(observations, family, fit, &mut leverages, |row, curvature, _, leverage| {
        *leverage *= curvature * prior.map_or(1.0, |prior| prior[row]);
    });
    Ok(leverages)
}

/// Cook's distance of each row, in the order of the observations; none for a row of leverage 1,
/// whose prediction is its response whatever that is.
///
/// The distance is in units of the confidence region of the coefficients: above 1, leaving the
/// row out moves them beyond its middle. The dispersion is 1 for the binomial and Poisson
/// families, else Pearson's.
///
/// # Errors
/// `TooFew` when the fit is not one of these observations, or has no degrees of freedom for a
/// dispersion; `NotPositive` when all responses are met exactly.
pub fn cooks_distances(
    observations: &Observations,
    family: Family,
    fit: &RegressionFit,
    weights: WeightKind,
) -> Result<Vec<Option<f64>>, Undefined> {
    let mut values = leverages(observations, family, fit, weights)?;
    let dispersion = match family {
        Family::Binomial | Family::Poisson => 1.0,
        Family::Gaussian | Family::Gamma | Family::Tweedie { .. } => {
            fit.pearson_chi2 / residual_freedom(observations, fit, weights)?
        }
    };
    let unit = fit.effective_parameters * dispersion;
    if !(unit > 0.0) {
        return Err(Undefined::NotPositive);
    }
    let prior = observations.weights().filter(|_| weights != WeightKind::Frequency);
    each_judged(observations, family, fit, &mut values, |row, curvature, score, value| {
        let rest = 1.0 - *value;
        let squared = if score == 0.0 { 0.0 } else { score * score / curvature };
        let squared = squared * prior.map_or(1.0, |prior| prior[row]);
        // NaN stands for none for this moment only.
        *value = if rest > LEAST_FREEDOM { squared / unit * (*value / (rest * rest)) } else { f64::NAN };
    });
    Ok(values.into_iter().map(|value| (!value.is_nan()).then_some(value)).collect())
}

/// That a fit has the rows and the columns of these observations.
pub(super) fn check_pair(observations: &Observations, fit: &RegressionFit) -> Result<(), Undefined> {
    let pairs =
        [(fit.predictors.len(), observations.n_rows()), (fit.fitted_covariance.order(), observations.n_columns())];
    match pairs.into_iter().find(|(has, needed)| has != needed) {
        Some((has, needed)) => Err(Undefined::TooFew { n: has.min(needed) as u64, needed: has.max(needed) as u64 }),
        None => Ok(()),
    }
}

/// How many rows there are: their frequencies, or they themselves.
pub(super) fn n_counted(observations: &Observations, weights: WeightKind) -> f64 {
    match weights {
        WeightKind::Frequency => observations.total_weight(),
        WeightKind::Sampling => observations.n_rows() as f64,
    }
}

/// Rows less parameters.
pub(super) fn residual_freedom(
    observations: &Observations,
    fit: &RegressionFit,
    weights: WeightKind,
) -> Result<f64, Undefined> {
    let n = n_counted(observations, weights);
    let freedom = n - fit.effective_parameters;
    if freedom > 0.0 {
        return Ok(freedom);
    }
    Err(Undefined::TooFew { n: n as u64, needed: fit.effective_parameters.ceil() as u64 + 1 })
}

/// Calls back with each row, its expected weight and score as if it counted for 1, and its value.
fn each_judged(
    observations: &Observations,
    family: Family,
    fit: &RegressionFit,
    values: &mut [f64],
    act: impl Fn(usize, f64, f64, &mut f64) + Sync,
) {
    values.par_chunks_mut(TILE).enumerate().for_each_init(
        || (vec![0.0; TILE], vec![0.0; TILE]),
        |(curvatures, scores), (tile, values)| {
            let (start, n) = (tile * TILE, values.len());
            judge_alone(observations, family, fit, start, &mut curvatures[..n], &mut scores[..n]);
            for (row, value) in values.iter_mut().enumerate() {
                act(start + row, curvatures[row], scores[row], value);
            }
        },
    );
}

/// Expected weights and scores of some rows at the fit, as if each counted for 1.
pub(super) fn judge_alone(
    observations: &Observations,
    family: Family,
    fit: &RegressionFit,
    start: usize,
    curvatures: &mut [f64],
    scores: &mut [f64],
) {
    let rows = start..start + scores.len();
    let tile = Tile {
        start,
        predictors: &fit.predictors[rows.clone()],
        response: &observations.response()[rows],
        prior: None,
    };
    family.judge(Curvature::Expected, &tile, curvatures, scores);
}

/// `x_i' V x_i` of each row, over the columns as they are fitted.
pub(super) fn quadratic_forms(pass: Pass<'_>, matrix: &SymmetricMatrix) -> Vec<f64> {
    const CHUNK: usize = TILE * 16;
    let by_numbers = ByNumbers::of(pass, matrix);
    let mut forms = vec![0.0; pass.rows.n_rows];
    forms.par_chunks_mut(CHUNK).enumerate().for_each_init(
        || (Buffers::new(pass.layout), vec![0.0; TILE * by_numbers.stride]),
        |(buffers, products), (chunk, forms)| {
            for (tile, forms) in forms.chunks_mut(TILE).enumerate() {
                let start = chunk * CHUNK + tile * TILE;
                pass.fill(start, forms.len(), buffers);
                by_numbers.add_forms(pass, matrix, start, &buffers.rows, products, forms);
            }
        },
    );
    forms
}

/// The cells of a matrix between its columns and those of numbers, the 1 among them, each row
/// filled up with zeros as rows of numbers are.
struct ByNumbers {
    stride: usize,
    /// Of the numbers.
    numbers: Vec<f64>,
    /// Of all columns in the order of the design.
    columns: Vec<f64>,
}

impl ByNumbers {
    fn of(pass: Pass<'_>, matrix: &SymmetricMatrix) -> Self {
        let layout = pass.layout;
        let stride = Buffers::new(layout).stride;
        let places: Vec<Option<usize>> = std::iter::once(layout.has_intercept.then_some(0))
            .chain(layout.numbers.iter().map(|number| Some(number.column)))
            .collect();
        let row_of = |column: usize| {
            let cells = places.iter().map(move |place| place.map_or(0.0, |place| matrix.get(column, place)));
            cells.chain(std::iter::repeat(0.0)).take(stride)
        };
        let mut numbers = vec![0.0; stride * stride];
        for (place, row) in places.iter().zip(numbers.chunks_exact_mut(stride)) {
            if let Some(place) = *place {
                row.iter_mut().zip(row_of(place)).for_each(|(cell, value)| *cell = value);
            }
        }
        Self { stride, numbers, columns: (0..layout.n_columns).flat_map(row_of).collect() }
    }

    fn add_forms(
        &self,
        pass: Pass<'_>,
        matrix: &SymmetricMatrix,
        start: usize,
        rows: &[f64],
        products: &mut [f64],
        forms: &mut [f64],
    ) {
        let (stride, n) = (self.stride, forms.len());
        let (rows, products) = (&rows[..n * stride], &mut products[..n * stride]);
        products.fill(0.0);
        add_product(rows, &self.numbers, products, n, stride, stride);
        let tile = rows.chunks_exact(stride).zip(products.chunks_exact(stride)).zip(forms);
        for (at, ((row, product), form)) in tile.enumerate() {
            let mut sum = dot(row, product);
            for (place, (column, number)) in pass.code_columns(start + at).enumerate() {
                let with_numbers = dot(row, &self.columns[column * stride..(column + 1) * stride]);
                let cells = matrix.row(column);
                let before: f64 = pass.code_columns(start + at).take(place).map(|(other, by)| by * cells[other]).sum();
                sum += number * (2.0 * (with_numbers + before) + number * cells[column]);
            }
            // Rounding alone takes a form below zero.
            *form = sum.max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::small_table::{AMOUNT, FLAG, PLAN, SIZE, WEIGHT, assert_close, fitted, rows_of};
    use super::super::{Outcomes, RegressionOptions, fit};
    use super::*;
    use crate::solver::design::{DesignBlock, REFERENCE};

    /// Values of the observations in the order of the table.
    fn in_order<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
        (0..rows.len()).map(|row| values[rows.iter().position(|&held| held == row).unwrap()]).collect()
    }

    /// Oracle: mpmath 1.4.1 with 50 digits from the definition; statsmodels 0.15.0
    /// `get_influence().hat_matrix_diag` and `.cooks_distance` agree to 15 digits.
    #[test]
    fn least_squares_has_the_hat_matrix() {
        let (observations, fit) = fitted(&AMOUNT, None, Family::Gaussian);
        let rows = rows_of(&observations, &AMOUNT);
        let values = leverages(&observations, Family::Gaussian, &fit, WeightKind::Frequency).unwrap();
        let expected = [
            0.3370748299319728,
            0.32653061224489793,
            0.4459183673469388,
            0.25136054421768705,
            0.26666666666666666,
            0.36020408163265305,
            0.3370748299319728,
            0.4,
            0.31666666666666665,
            0.2503401360544218,
            0.4459183673469388,
            0.26224489795918365,
        ];
        assert_close(&in_order(&values, &rows), &expected, 1e-13);
        assert!((values.iter().sum::<f64>() - 4.0).abs() < 1e-13);
        let distances = cooks_distances(&observations, Family::Gaussian, &fit, WeightKind::Frequency).unwrap();
        let distances: Vec<f64> = in_order(&distances, &rows).into_iter().map(Option::unwrap).collect();
        let expected = [
            0.04017841993730771,
            0.06473296766338092,
            0.016083334597372014,
            0.06382155016703828,
            0.004558612794813169,
            0.017782607592244704,
            0.3112434065442231,
            0.0002686107368748294,
            0.26450543482457933,
            0.0214673604295727,
            0.13327453573766895,
            0.3560199477594188,
        ];
        assert_close(&distances, &expected, 1e-12);
    }

    /// Oracle: as above, with the family Binomial.
    #[test]
    fn logistic_rows_weigh_by_their_information() {
        let (observations, fit) = fitted(&FLAG, None, Family::Binomial);
        let rows = rows_of(&observations, &FLAG);
        let values = leverages(&observations, Family::Binomial, &fit, WeightKind::Sampling).unwrap();
        let expected = [
            0.3971999199488852,
            0.30963189584764916,
            0.36431489488493946,
            0.29716918805906983,
            0.3043247751050254,
            0.3228129652247779,
            0.3971999199488852,
            0.3324749784219748,
            0.3062023019244516,
            0.3081132114310486,
            0.36431489488493946,
            0.2962410543183534,
        ];
        assert_close(&in_order(&values, &rows), &expected, 1e-12);
        let distances = cooks_distances(&observations, Family::Binomial, &fit, WeightKind::Sampling).unwrap();
        let distances: Vec<f64> = in_order(&distances, &rows).into_iter().map(Option::unwrap).collect();
        let expected = [
            0.08455604172453438,
            0.4679090699403485,
            0.03879234149971395,
            0.1270467241457684,
            0.09809706227623302,
            0.0459978004484222,
            0.08455604172453443,
            0.9067905449010341,
            0.058251024303624624,
            0.14343645361294183,
            0.03879234149971414,
            0.0984661980613079,
        ];
        assert_close(&distances, &expected, 1e-11);
    }

    /// By hand: a level with one row determines its prediction; the other rows share two
    /// parameters. A row of frequency 4 is four rows of leverage 1/4.
    #[test]
    fn a_level_with_one_row_has_all_the_leverage() {
        let plan = DesignBlock::Codes { codes: vec![0, REFERENCE, REFERENCE, REFERENCE].into(), n_columns: 1 };
        let response = [5.0, 1.0, 2.0, 6.0];
        let outcomes = Outcomes { response: &response, ..Outcomes::default() };
        let observations = Observations::new(std::slice::from_ref(&plan), true, &outcomes).unwrap();
        let alone = fit(&observations, Family::Gaussian, &RegressionOptions::default()).unwrap();
        let values = leverages(&observations, Family::Gaussian, &alone, WeightKind::Sampling).unwrap();
        let distances = cooks_distances(&observations, Family::Gaussian, &alone, WeightKind::Sampling).unwrap();
        for ((response, leverage), distance) in observations.response().iter().zip(values).zip(distances) {
            if *response == 5.0 {
                assert!((leverage - 1.0).abs() < 1e-14);
                assert_eq!(distance, None);
            } else {
                // (y - 3)^2 (1/3) / (2 * 7 * (2/3)^2)
                let expected = (response - 3.0).powi(2) / 3.0 / (2.0 * 7.0 * 4.0 / 9.0);
                assert!((leverage - 1.0 / 3.0).abs() < 1e-14 && (distance.unwrap() - expected).abs() < 1e-14);
            }
        }
        let outcomes = Outcomes { weights: Some(&[4.0, 1.0, 1.0, 1.0]), ..outcomes };
        let observations = Observations::new(&[plan], true, &outcomes).unwrap();
        let four = fit(&observations, Family::Gaussian, &RegressionOptions::default()).unwrap();
        let values = leverages(&observations, Family::Gaussian, &four, WeightKind::Frequency).unwrap();
        let of_five = observations.response().iter().position(|&response| response == 5.0).unwrap();
        assert!((values[of_five] - 0.25).abs() < 1e-14);
    }

    #[test]
    fn a_fit_of_other_rows_is_refused() {
        let (observations, fit) = fitted(&AMOUNT, Some(&WEIGHT), Family::Gaussian);
        let outcomes = Outcomes { response: &AMOUNT[..11], ..Outcomes::default() };
        let size = DesignBlock::Numbers(SIZE[..11].to_vec().into());
        let plan = DesignBlock::Codes { codes: PLAN[..11].to_vec().into(), n_columns: 2 };
        let fewer = Observations::new(&[size.clone(), plan], true, &outcomes).unwrap();
        let got = leverages(&fewer, Family::Gaussian, &fit, WeightKind::Sampling);
        assert_eq!(got, Err(Undefined::TooFew { n: 11, needed: 12 }));
        let narrow = Observations::new(&[size], true, &outcomes).unwrap();
        assert!(leverages(&narrow, Family::Gaussian, &fit, WeightKind::Sampling).is_err());
        let exact = Outcomes { response: &[1.0, 1.0, 1.0], ..Outcomes::default() };
        let exact = Observations::new(&[], true, &exact).unwrap();
        let met = super::super::fit(&exact, Family::Gaussian, &RegressionOptions::default()).unwrap();
        let got = cooks_distances(&exact, Family::Gaussian, &met, WeightKind::Sampling);
        assert_eq!(got, Err(Undefined::NotPositive));
        assert_eq!(observations.n_rows(), 12);
    }
}

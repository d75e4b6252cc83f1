//! What Newton's method asks of the rows, wherever they are held.

use super::family::{Curvature, Family, Way};
use super::fit::RegressionError;
use super::layout::Layout;
use super::newton::near_the_end;
use super::observations::Observations;
use super::pass::Pass;
use super::sums::Sums;

/// Rows that can be gone through any number of times.
pub(super) trait Passes {
    fn layout(&self) -> &Layout;
    fn n_rows(&self) -> u64;
    /// Columns that those before them determine.
    fn aliased(&self) -> &[usize];
    fn mean_response(&self) -> f64;
    /// None where there are no offsets.
    fn mean_offset(&self) -> Option<f64>;
    /// Slopes of the whole columns, centred and scaled, from fitted ones.
    fn whole_slopes(&self, fitted: &[f64]) -> Vec<f64>;
    /// The mean response, and the products of the columns with each other and with the responses
    /// less the mean; where an intercept alone gives all rows that mean.
    fn level_products(&self) -> Option<(f64, &Sums)>;
    /// The sums of a step, at fitted coefficients.
    fn sums(&self, family: Family, curvature: Curvature, coefficients: &[f64]) -> Result<Sums, RegressionError>;
    /// Weighted sums of functions of response and linear predictor; predictors of all rows are
    /// left behind if rows are held.
    fn totals<const N: usize>(
        &self,
        coefficients: &[f64],
        predictors: &mut Vec<f64>,
        of_row: impl Fn(f64, f64) -> [f64; N] + Sync,
    ) -> Result<[f64; N], RegressionError>;
    /// The same of the responses alone.
    fn total_of_responses(&self, of_row: impl Fn(f64) -> f64 + Sync) -> Result<f64, RegressionError> {
        let nowhere = vec![0.0; self.layout().n_columns];
        self.totals(&nowhere, &mut Vec::new(), |response, _| [of_row(response)]).map(|[total]| total)
    }
    fn extent(&self, family: Family, direction: &[f64]) -> Result<Extent, RegressionError>;
    /// Rows that a direction moves further than this.
    fn n_moved(&self, direction: &[f64], further: f64) -> Result<u64, RegressionError>;

    /// Coefficients near those at the end, where a share of the rows can tell them.
    fn near_the_end(&self, _family: Family) -> Option<Vec<f64>> {
        None
    }

    /// Columns that are not aliased.
    fn kept(&self) -> Vec<usize> {
        (0..self.layout().n_columns).filter(|column| !self.aliased().contains(column)).collect()
    }
}

/// How far a direction moves the linear predictors of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Extent {
    pub(super) furthest: f64,
    /// Of the rows that it moves away from what was seen of them.
    pub(super) furthest_wrong: f64,
}

impl Extent {
    pub(super) fn of(pass: Pass<'_>, family: Family, direction: &[f64]) -> Self {
        let moves = pass.linear(direction).into_iter().zip(&pass.rows.response);
        moves.fold(Self::default(), |extent, (moved, &response)| {
            let size = moved.abs();
            let is_right = match family.endless_way(response) {
                Way::Up => moved >= 0.0,
                Way::Down => moved <= 0.0,
                Way::Neither => false,
            };
            extent.merge(Self { furthest: size, furthest_wrong: if is_right { 0.0 } else { size } })
        })
    }

    pub(super) fn merge(self, other: Self) -> Self {
        Self {
            furthest: self.furthest.max(other.furthest),
            furthest_wrong: self.furthest_wrong.max(other.furthest_wrong),
        }
    }

    /// Whether the direction moves no row the wrong way but for a tolerance, and some rows.
    pub(super) fn separates(self, tolerance: f64) -> bool {
        self.furthest > 0.0 && self.furthest_wrong <= tolerance * self.furthest
    }
}

pub(super) fn n_moved(pass: Pass<'_>, direction: &[f64], further: f64) -> u64 {
    pass.linear(direction).into_iter().filter(|moved| moved.abs() > further).count() as u64
}

impl Passes for Observations {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn n_rows(&self) -> u64 {
        self.rows.n_rows as u64
    }

    fn aliased(&self) -> &[usize] {
        Self::aliased(self)
    }

    fn mean_response(&self) -> f64 {
        let (response, total) = (self.response(), self.total_weight());
        self.weighted_sum(|row| response[row] / total)
    }

    fn mean_offset(&self) -> Option<f64> {
        let total = self.total_weight();
        self.offset().map(|offset| self.weighted_sum(|row| offset[row] / total))
    }

    fn level_products(&self) -> Option<(f64, &Sums)> {
        let has_level = self.has_intercept() && self.offset().is_none();
        has_level.then_some((self.level, &self.products))
    }

    fn whole_slopes(&self, fitted: &[f64]) -> Vec<f64> {
        Self::whole_slopes(self, fitted)
    }

    fn sums(&self, family: Family, curvature: Curvature, coefficients: &[f64]) -> Result<Sums, RegressionError> {
        Ok(self.pass().sums(coefficients, |tile, weights, scores| family.judge(curvature, tile, weights, scores)))
    }

    fn totals<const N: usize>(
        &self,
        coefficients: &[f64],
        predictors: &mut Vec<f64>,
        of_row: impl Fn(f64, f64) -> [f64; N] + Sync,
    ) -> Result<[f64; N], RegressionError> {
        *predictors = self.pass().predictors(coefficients);
        Ok(self.weighted_sums(|row| of_row(self.rows.response[row], predictors[row])))
    }

    fn total_of_responses(&self, of_row: impl Fn(f64) -> f64 + Sync) -> Result<f64, RegressionError> {
        Ok(self.weighted_sum(|row| of_row(self.rows.response[row])))
    }

    fn extent(&self, family: Family, direction: &[f64]) -> Result<Extent, RegressionError> {
        Ok(Extent::of(self.pass(), family, direction))
    }

    fn n_moved(&self, direction: &[f64], further: f64) -> Result<u64, RegressionError> {
        Ok(n_moved(self.pass(), direction, further))
    }

    fn near_the_end(&self, family: Family) -> Option<Vec<f64>> {
        near_the_end(self, family)
    }
}

use super::*;
use crate::kernel::undefined::Undefined;
pub fn firth(o: &Observations, p: &RegressionOptions) -> Result<RegressionFit, RegressionError> {
    fit(o, Family::Binomial, p)
}
pub fn variance_inflation(_: &Observations, f: &RegressionFit) -> Vec<Result<f64, Undefined>> {
    f.coefficients.iter().map(|_| Err(Undefined::Constant)).collect()
}

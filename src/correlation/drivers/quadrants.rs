//! The map of importance and performance.

use super::params::{ImportanceMethod, Threshold};
use super::report::{DriverImportance, Quadrants};
use crate::kernel::importance::Quadrant;
use crate::kernel::moments::mean;
use crate::kernel::quantile::median;

/// Puts the drivers that have a performance on the map, by the first measure that sums to the
/// explained share; none without such a measure, or with fewer than two such drivers, as one
/// alone is always as high as the mean of them all.
pub(super) fn place_on_map(
    drivers: &mut [DriverImportance],
    methods: &[ImportanceMethod],
    threshold: Threshold,
) -> Option<Quadrants> {
    let method = methods.iter().copied().find(|method| method.is_decomposition())?;
    let place = |driver: &DriverImportance| driver.importance(method).and_then(|one| one.share).zip(driver.performance);
    let (mut shares, mut performances): (Vec<f64>, Vec<f64>) = drivers.iter().filter_map(place).unzip();
    if shares.len() < 2 {
        return None;
    }
    let centre = |values: &mut [f64]| match threshold {
        Threshold::Mean => mean(values),
        Threshold::Median => median(values),
    };
    let (importance, performance) = centre(&mut shares).zip(centre(&mut performances))?;
    for driver in drivers {
        driver.quadrant = place(driver).map(|(share, goes)| Quadrant::at(share >= importance, goes >= performance));
    }
    Some(Quadrants { method, threshold, importance, performance })
}

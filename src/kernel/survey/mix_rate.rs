//! How much of a change is a change of opinions, and how much one of who was asked.
//!
//! Notation: segment `g` with the share of answers `a_g` before and `b_g` after, and the score (or any
//! other mean) `x_g` and `y_g`; `m_g = (x_g + y_g) / 2`, `M` the same of all answers together.
//!
//! ```text
//! rate_g = (a_g + b_g) / 2 (y_g - x_g)          what opinions did, at the mix half-way
//! mix_g  = (b_g - a_g) (m_g - M)                what the mix did, at the opinions half-way
//! sum of all = Y - X = sum b_g y_g - sum a_g x_g
//! ```
//! Neither time is the base, so that turning time round turns the signs. Subtracting `M` changes no
//! sum, as shares sum to 1; with it a segment adds when it is above all and grew, or below and shrank.
//! E. M. Kitagawa (1955), "Components of a difference between two rates", Journal of the American
//! Statistical Association 50, 1168-1194.

use serde::Serialize;

use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// What a segment weighed and thought at two times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentChange {
    /// Answers before, or the sum of their weights.
    pub weight_before: f64,
    /// Score before; may be missing for a weight of 0.
    pub value_before: Option<f64>,
    /// Answers after, or the sum of their weights.
    pub weight_after: f64,
    /// Score after; may be missing for a weight of 0.
    pub value_after: Option<f64>,
}

/// What a segment added to the change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MixRatePart {
    /// Its share of the answers before, 0..=1.
    pub share_before: f64,
    /// Its share of the answers after, 0..=1.
    pub share_after: f64,
    /// What its becoming larger or smaller added.
    pub mix: f64,
    /// What its changed opinion added; 0 for a segment that is there at one time only.
    pub rate: f64,
}

/// A change split up by segments.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MixRate {
    /// Score of all before.
    pub before: f64,
    /// Score of all after.
    pub after: f64,
    /// What changes of the mix add up to.
    pub mix: f64,
    /// What changes of opinions add up to; with the mix it is `after - before`.
    pub rate: f64,
    /// The segments in the order given.
    pub parts: Vec<MixRatePart>,
}

/// Splits a change up into what segments added by their opinion and by their size.
///
/// # Errors
///
/// [`Undefined::NoWeight`] when nobody answered at one of the times; [`Undefined::NotFinite`] for weights
/// or scores that are not finite, [`Undefined::NotPositive`] for negative weights,
/// [`Undefined::OutOfRange`] for a segment with weight and without a score, [`Undefined::Overflow`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{SegmentChange, mix_rate};
///
/// // Shops stay at 60 and the web at 20, but three of four now answer on the web.
/// let shops = SegmentChange { weight_before: 50.0, value_before: Some(60.0), weight_after: 25.0, value_after: Some(60.0) };
/// let web = SegmentChange { weight_before: 50.0, value_before: Some(20.0), weight_after: 75.0, value_after: Some(20.0) };
/// let found = mix_rate(&[shops, web])?;
/// assert_eq!((found.before, found.after), (40.0, 30.0));
/// assert_eq!((found.mix, found.rate), (-10.0, 0.0));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn mix_rate(segments: &[SegmentChange]) -> Result<MixRate, Undefined> {
    segments.iter().try_for_each(checked)?;
    let before = Side::of(segments.iter().map(|segment| (segment.weight_before, segment.value_before)))?;
    let after = Side::of(segments.iter().map(|segment| (segment.weight_after, segment.value_after)))?;
    let middle = 0.5 * before.mean + 0.5 * after.mean;
    let part = |(at, segment): (usize, &SegmentChange)| {
        let (share_before, share_after) = (before.shares[at], after.shares[at]);
        // What is there at one time only has one opinion.
        let (first, last) = match (segment.value_before, segment.value_after) {
            (Some(first), Some(last)) => (first, last),
            (Some(only), None) | (None, Some(only)) => (only, only),
            (None, None) => (middle, middle),
        };
        let (first, last) = match (segment.weight_before > 0.0, segment.weight_after > 0.0) {
            (true, false) => (first, first),
            (false, true) => (last, last),
            _ => (first, last),
        };
        let rate = (0.5 * share_before + 0.5 * share_after) * (last - first);
        let mix = (share_after - share_before) * (0.5 * first + 0.5 * last - middle);
        MixRatePart { share_before, share_after, mix, rate }
    };
    let parts: Vec<MixRatePart> = segments.iter().enumerate().map(part).collect();
    let total = |of: fn(&MixRatePart) -> f64| {
        let terms: Vec<f64> = parts.iter().map(of).collect();
        ExactSum::of(&terms).value().ok_or(Undefined::Overflow)
    };
    let (mix, rate) = (total(|part| part.mix)?, total(|part| part.rate)?);
    Ok(MixRate { before: before.mean, after: after.mean, mix, rate, parts })
}

fn checked(segment: &SegmentChange) -> Result<(), Undefined> {
    for (weight, value) in [(segment.weight_before, segment.value_before), (segment.weight_after, segment.value_after)]
    {
        if !weight.is_finite() || value.is_some_and(|value| !value.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        if weight < 0.0 {
            return Err(Undefined::NotPositive);
        }
        if weight > 0.0 && value.is_none() {
            return Err(Undefined::OutOfRange);
        }
    }
    Ok(())
}

/// All segments at one time.
struct Side {
    shares: Vec<f64>,
    mean: f64,
}

impl Side {
    fn of(segments: impl Iterator<Item = (f64, Option<f64>)>) -> Result<Self, Undefined> {
        let (weights, values): (Vec<f64>, Vec<f64>) =
            segments.map(|(weight, value)| (weight, value.unwrap_or_default())).unzip();
        let total = ExactSum::of(&weights).value().ok_or(Undefined::Overflow)?;
        if total == 0.0 {
            return Err(Undefined::NoWeight);
        }
        let shares = weights.iter().map(|weight| weight / total).collect();
        let mean = ExactSum::of_products(&values, &weights).quotient(total).ok_or(Undefined::Overflow)?;
        Ok(Self { shares, mean })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(weight_before: f64, value_before: f64, weight_after: f64, value_after: f64) -> SegmentChange {
        let value = |weight: f64, value: f64| (weight > 0.0).then_some(value);
        SegmentChange {
            weight_before,
            value_before: value(weight_before, value_before),
            weight_after,
            value_after: value(weight_after, value_after),
        }
    }

    /// By hand: shares 1/2, 1/2 to 1/4, 3/4; scores 60, 20 to 64, 20: before 40, after 31, half-way
    /// 35.5. The first adds (3/8) 4 = 1.5 and (-1/4) (62 - 35.5) = -6.625, the second 0 and
    /// (1/4) (20 - 35.5) = -3.875.
    #[test]
    fn parts_are_those_by_hand() {
        let found = mix_rate(&[segment(10.0, 60.0, 5.0, 64.0), segment(10.0, 20.0, 15.0, 20.0)]).unwrap();
        assert_eq!((found.before, found.after, found.mix, found.rate), (40.0, 31.0, -10.5, 1.5));
        let parts: Vec<(f64, f64)> = found.parts.iter().map(|part| (part.mix, part.rate)).collect();
        assert_eq!(parts, [(-6.625, 1.5), (-3.875, 0.0)]);
    }

    #[test]
    fn segments_that_come_and_go_are_a_change_of_the_mix() {
        let found =
            mix_rate(&[segment(10.0, 50.0, 0.0, 0.0), segment(10.0, 10.0, 20.0, 10.0), segment(0.0, 0.0, 20.0, 70.0)])
                .unwrap();
        assert_eq!((found.before, found.after, found.rate), (30.0, 40.0, 0.0));
        assert_eq!(found.parts[0].mix, -0.5 * (50.0 - 35.0));
        assert_eq!(found.parts[2].mix, 0.5 * (70.0 - 35.0));
        // A score beside a weight of 0 is no opinion of anybody.
        let stray = SegmentChange { value_after: Some(-100.0), ..segment(10.0, 50.0, 0.0, 0.0) };
        let again = mix_rate(&[stray, segment(10.0, 10.0, 20.0, 10.0), segment(0.0, 0.0, 20.0, 70.0)]).unwrap();
        assert_eq!(again, found);
    }

    #[test]
    fn what_cannot_be_split_up_says_why() {
        let sound = segment(1.0, 5.0, 1.0, 6.0);
        let of = |segment: SegmentChange| mix_rate(&[sound, segment]).unwrap_err();
        assert_eq!(mix_rate(&[]).unwrap_err(), Undefined::NoWeight);
        assert_eq!(mix_rate(&[segment(0.0, 0.0, 4.0, 5.0)]).unwrap_err(), Undefined::NoWeight);
        assert_eq!(of(SegmentChange { value_after: None, ..sound }), Undefined::OutOfRange);
        assert_eq!(of(SegmentChange { value_before: Some(f64::NAN), ..sound }), Undefined::NotFinite);
        assert_eq!(of(SegmentChange { weight_after: f64::INFINITY, ..sound }), Undefined::NotFinite);
        assert_eq!(of(SegmentChange { weight_before: -1.0, ..sound }), Undefined::NotPositive);
    }

    prop_compose! {
        fn segments()(rows in prop::collection::vec((0..50_u32, -100.0..100.0, 0..50_u32, -100.0..100.0), 1..20)) -> Vec<SegmentChange> {
            rows.into_iter().map(|(a, x, b, y)| segment(a.into(), x, b.into(), y)).collect()
        }
    }

    proptest! {
        #[test]
        fn contributions_sum_to_the_change(segments in segments()) {
            let weights = |of: fn(&SegmentChange) -> f64| segments.iter().map(of).sum::<f64>();
            prop_assume!(weights(|s| s.weight_before) > 0.0 && weights(|s| s.weight_after) > 0.0);
            let found = mix_rate(&segments).unwrap();
            let change = found.after - found.before;
            prop_assert!((found.mix + found.rate - change).abs() < 1e-12 * 100.0);
            let parts: f64 = found.parts.iter().map(|part| part.mix + part.rate).sum();
            prop_assert!((parts - change).abs() < 1e-12 * 100.0);
            // Turning time round turns the signs.
            let back: Vec<SegmentChange> = segments.iter().map(|s| SegmentChange {
                weight_before: s.weight_after, value_before: s.value_after,
                weight_after: s.weight_before, value_after: s.value_before,
            }).collect();
            let back = mix_rate(&back).unwrap();
            for (there, back) in found.parts.iter().zip(&back.parts) {
                prop_assert!((there.mix + back.mix).abs() < 1e-12 * 100.0 && (there.rate + back.rate).abs() < 1e-12 * 100.0);
            }
            // Weights by themselves say nothing, their shares do.
            let scaled: Vec<SegmentChange> = segments.iter()
                .map(|s| SegmentChange { weight_before: 8.0 * s.weight_before, weight_after: 0.25 * s.weight_after, ..*s }).collect();
            prop_assert_eq!(mix_rate(&scaled).unwrap(), found);
        }
    }
}

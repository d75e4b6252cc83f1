//! Distances in units of a power of two.

/// The point that distances are measured from, and the power of two they are measured in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Centre {
    mean: f64,
    pub(in super::super) exponent: i32,
    /// 2^-exponent in two factors, each of which is a normal double.
    shrink: [f64; 2],
    at: f64,
}

impl Centre {
    pub(in super::super) fn around(mean: f64, min: f64, max: f64) -> Self {
        // Halves, as the distance of the two largest doubles is none.
        let reach = (max / 2.0 - mean / 2.0).max(mean / 2.0 - min / 2.0);
        let exponent = if reach > 0.0 { exponent_of(reach) + 2 } else { exponent_of(max.abs().max(min.abs())) + 1 };
        let first = -exponent / 2;
        let shrink = [2.0_f64.powi(first), 2.0_f64.powi(-exponent - first)];
        Self { mean, exponent, shrink, at: mean * shrink[0] * shrink[1] }
    }

    /// The distance of a value, in -1..=1.
    #[inline(always)]
    pub(in super::super) fn distance(&self, value: f64) -> f64 {
        value * self.shrink[0] * self.shrink[1] - self.at
    }

    /// A number that was measured in the `power`-th power of the unit.
    pub(in super::super) fn grown(&self, scaled: f64, power: i32) -> f64 {
        let (mut value, mut left) = (scaled, self.exponent * power);
        // In steps, as 2^2000 is no double while a small number of them can be.
        while left != 0 && value != 0.0 && value.is_finite() {
            let step = left.clamp(-900, 900);
            value *= 2.0_f64.powi(step);
            left -= step;
        }
        value
    }
}

/// The exponent of a double that is not zero: `2^e <= |x| < 2^(e+1)`.
fn exponent_of(value: f64) -> i32 {
    let biased = (value.to_bits() >> 52 & 0x7ff) as i32;
    if biased > 0 {
        return biased - 1023;
    }
    let fraction = value.to_bits() & ((1 << 52) - 1);
    -1011 - fraction.leading_zeros() as i32
}

//! Probabilities that do not underflow.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// A p-value, held as its natural logarithm so that 1e-3000 is not 0.
///
/// Serialised as `p_value` and `log10_p`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct PValue {
    ln: f64,
}

impl PValue {
    /// The p-value with this natural logarithm, at most 0; a little above it is rounding and
    /// counts as 0, that is p = 1.
    #[must_use]
    pub fn from_ln(ln: f64) -> Self {
        Self { ln: ln.min(0.0) }
    }

    /// The probability, 0..=1; 0 where it is below the smallest double.
    #[must_use]
    pub fn value(self) -> f64 {
        self.ln.exp()
    }

    /// Its logarithm to base 10, which is finite however small the probability.
    #[must_use]
    pub fn log10(self) -> f64 {
        self.ln * std::f64::consts::LOG10_E
    }

    /// Its natural logarithm.
    #[must_use]
    pub fn ln(self) -> f64 {
        self.ln
    }
}

impl Serialize for PValue {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut fields = out.serialize_struct("PValue", 2)?;
        fields.serialize_field("p_value", &self.value())?;
        fields.serialize_field("log10_p", &self.log10())?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_underflows_keeps_its_logarithm() {
        let tiny = PValue::from_ln(-1e4);
        assert_eq!(tiny.value(), 0.0);
        assert!((tiny.log10() + 4342.944819032518).abs() < 1e-9);
        assert_eq!(PValue::from_ln(1e-16).value(), 1.0);
    }
}

//! Numbers of settings that come back bit by bit.
//!
//! Not every JSON reader gives back every bit of a number of 16 or 17 digits, or of one that is very
//! large or small. Such a number is written as text; another one as it is. Both are read.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits that every reader gets right, with a power of ten that is a double itself.
const SAFE_DIGITS: usize = 15;
const SAFE_POWER: u32 = 22;

/// A number as it is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, or a number as text")]
enum Written {
    Number(f64),
    Text(String),
}

impl Written {
    fn of(number: f64) -> Self {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let n_digits = digits.bytes().filter(u8::is_ascii_digit).count();
        let exponent: i32 = exponent.parse().unwrap_or(i32::MAX);
        // A whole number times a power of ten, both of which are doubles: one rounding.
        let power = exponent.saturating_sub(n_digits as i32 - 1);
        if n_digits <= SAFE_DIGITS && power.unsigned_abs() <= SAFE_POWER {
            return Self::Number(number);
        }
        Self::Text(if (-7..=20).contains(&exponent) { number.to_string() } else { text })
    }

    fn read<E: serde::de::Error>(self) -> Result<f64, E> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Text(text) => text.parse().map_err(E::custom),
        }
    }
}

/// One number.
pub(crate) mod one {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Written};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    pub(crate) fn serialize<S: Serializer>(number: &f64, out: S) -> Result<S::Ok, S::Error> {
        Written::of(*number).serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
        Written::deserialize(input)?.read()
    }
}

/// Numbers in their order.
pub(crate) mod many {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Written};

    #[expect(clippy::ptr_arg, reason = "the form that serde asks for")]
    pub(crate) fn serialize<S: Serializer>(numbers: &Vec<f64>, out: S) -> Result<S::Ok, S::Error> {
        numbers.iter().map(|&number| Written::of(number)).collect::<Vec<_>>().serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<f64>, D::Error> {
        Vec::<Written>::deserialize(input)?.into_iter().map(Written::read).collect()
    }
}

/// A number that may be left out.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Written};

    pub(crate) fn serialize<S: Serializer>(number: &Option<f64>, out: S) -> Result<S::Ok, S::Error> {
        number.map(Written::of).serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<f64>, D::Error> {
        Option::<Written>::deserialize(input)?.map(Written::read).transpose()
    }
}

/// A list of numbers that may be left out.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Written};

    pub(crate) fn serialize<S: Serializer>(list: &Option<Vec<f64>>, out: S) -> Result<S::Ok, S::Error> {
        list.as_ref().map(|list| list.iter().map(|&number| Written::of(number)).collect::<Vec<_>>()).serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Vec<f64>>, D::Error> {
        let list = Option::<Vec<Written>>::deserialize(input)?;
        list.map(|list| list.into_iter().map(Written::read).collect()).transpose()
    }
}

/// Every number of a value that holds no texts of its own, so that numbers as text are its numbers.
pub(crate) mod all {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;
    use serde_json::{Number, Value};

    use super::{Deserialize, Deserializer, Serialize, Serializer, Written};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
        each(serde_json::to_value(value).map_err(S::Error::custom)?, &as_written).serialize(out)
    }

    pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(input: D) -> Result<T, D::Error> {
        serde_json::from_value(each(Value::deserialize(input)?, &as_number)).map_err(D::Error::custom)
    }

    /// A function of everything that holds nothing else.
    fn each(value: Value, function: &impl Fn(Value) -> Value) -> Value {
        match value {
            Value::Array(values) => values.into_iter().map(|value| each(value, function)).collect(),
            Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, each(value, function))).collect(),
            other => function(other),
        }
    }

    fn as_written(value: Value) -> Value {
        match value.as_f64().filter(|_| value.is_f64()).map(Written::of) {
            Some(Written::Text(text)) => Value::String(text),
            _ => value,
        }
    }

    fn as_number(value: Value) -> Value {
        let number = value.as_str().and_then(|text| text.parse::<f64>().ok()).and_then(Number::from_f64);
        number.map_or(value, Value::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Saved(#[serde(with = "all")] (Vec<Option<f64>>, u64, Vec<f64>));

    /// Random bits are doubles of 17 digits, of which a plain reader gets some wrong.
    #[test]
    fn every_number_comes_back_bit_by_bit() {
        let mut state = 1_u64;
        let mut double = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from_bits(state)
        };
        let numbers: Vec<f64> = (0..4_000).map(|_| double()).filter(|x| x.is_finite()).collect();
        let saved = Saved((vec![None, Some(0.1), Some(2.0), Some(1e300)], u64::MAX, numbers));
        let text = serde_json::to_string(&saved).unwrap();
        assert!(text.starts_with("[[null,0.1,2.0,\"1e300\"],18446744073709551615,["), "{}", &text[..60]);
        // Not told by `assert_eq`: thousands of numbers are no message.
        assert!(serde_json::from_str::<Saved>(&text).unwrap() == saved);
    }
}

//! Numbers of settings that come back bit by bit.
//!
//! Not every JSON reader gives back every bit of a number of 16 or 17 digits. Such a number
//! is written as text; a shorter one as it is. Both are read.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits that every reader gets right.
const SAFE_DIGITS: usize = 15;

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
        let digits = text.split('e').next().map_or(0, |digits| digits.bytes().filter(u8::is_ascii_digit).count());
        if digits > SAFE_DIGITS { Self::Text(number.to_string()) } else { Self::Number(number) }
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

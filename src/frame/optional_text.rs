//! Settings that can be absent although they are there by default.
//!
//! TOML has no null and leaves an absent setting out, which would come back as the default.
//! So an absent one is written as the empty text; null is read as absent too.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<T: ToString, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.as_ref().map(ToString::to_string).unwrap_or_default())
}

pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty());
    text.map(|text| text.parse()).transpose().map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Settings {
        #[serde(with = "super")]
        sign: Option<char>,
    }

    #[test]
    fn what_is_absent_stays_absent() {
        for sign in [None, Some('"')] {
            let settings = Settings { sign };
            let (toml, json) = (toml::to_string(&settings).unwrap(), serde_json::to_string(&settings).unwrap());
            assert_eq!(toml::from_str::<Settings>(&toml).unwrap(), settings);
            assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
        }
        assert_eq!(serde_json::from_str::<Settings>(r#"{"sign": null}"#).unwrap().sign, None);
        assert!(serde_json::from_str::<Settings>(r#"{"sign": "ab"}"#).is_err());
    }
}

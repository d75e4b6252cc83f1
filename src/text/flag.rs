//! Yes and no in words.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::normal::{Case, Normalise};

const YES: [&str; 20] = [
    "yes", "y", "true", "t", "1", "on", "oui", "vrai", "ja", "j", "wahr", "sí", "si", "sim", "是", "有", "真", "对",
    "はい", "예",
];
const NO: [&str; 22] = [
    "no",
    "n",
    "false",
    "f",
    "0",
    "off",
    "non",
    "faux",
    "nein",
    "falsch",
    "nee",
    "não",
    "nao",
    "否",
    "无",
    "無",
    "没有",
    "假",
    "不是",
    "错",
    "いいえ",
    "아니요",
];

/// Words that mean yes or no; unchecked until [`check`](Self::check).
///
/// By default yes is: yes, y, true, t, 1, on, oui, vrai, ja, j, wahr, sí, si, sim, 是, 有, 真,
/// 对, はい, 예; no is: no, n, false, f, 0, off, non, faux, nein, falsch, nee, não, nao, 否, 无, 無,
/// 没有, 假, 不是, 错, いいえ, 아니요.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::FlagWords;
///
/// let flags = FlagWords::standard().yes(["abonné"]).no(["No internet service"]).check().unwrap();
/// assert_eq!(flags.read(" Yes "), Some(true));
/// assert_eq!(flags.read("否"), Some(false));
/// assert_eq!(flags.read("no INTERNET service"), Some(false));
/// assert_eq!(flags.read("perhaps"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct FlagWords {
    yes: Vec<String>,
    no: Vec<String>,
}

impl Default for FlagWords {
    fn default() -> Self {
        Self::standard()
    }
}

impl FlagWords {
    /// The words listed above.
    pub fn standard() -> Self {
        Self::none().yes(YES).no(NO)
    }

    /// No words, for those who give all of their own.
    pub fn none() -> Self {
        Self { yes: vec![], no: vec![] }
    }

    /// Adds words that mean yes.
    pub fn yes<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.yes.extend(words.into_iter().map(Into::into));
        self
    }

    /// Adds words that mean no.
    pub fn no<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.no.extend(words.into_iter().map(Into::into));
        self
    }

    /// Makes the words ready for reading.
    ///
    /// # Errors
    /// When a word means both, is blank, or there is none for one of the two.
    pub fn check(&self) -> Result<Flags, FlagProblem> {
        if self.yes.is_empty() || self.no.is_empty() {
            return Err(FlagProblem::Missing);
        }
        let mut words = BTreeMap::new();
        let both = self.yes.iter().map(|word| (word, true)).chain(self.no.iter().map(|word| (word, false)));
        for (word, meaning) in both {
            let form = FORM.apply(word).into_owned();
            if form.is_empty() {
                return Err(FlagProblem::Blank);
            }
            if words.insert(form.clone(), meaning).is_some_and(|other| other != meaning) {
                return Err(FlagProblem::Both { word: form });
            }
        }
        Ok(Flags { words })
    }
}

/// What is wrong with words for yes and no.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlagProblem {
    /// A word of the settings means yes and no.
    Both {
        /// The word, in lower case.
        word: String,
    },
    /// A word is blank.
    Blank,
    /// There is no word for yes, or none for no.
    Missing,
}

impl fmt::Display for FlagProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both { word } => write!(f, "word `{word}` means both yes and no"),
            Self::Blank => f.write_str("a word is blank"),
            Self::Missing => f.write_str("yes and no need at least one word each"),
        }
    }
}

impl std::error::Error for FlagProblem {}

/// Checked words that mean yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flags {
    words: BTreeMap<String, bool>,
}

/// The form in which words are compared.
static FORM: std::sync::LazyLock<Normalise> = std::sync::LazyLock::new(|| Normalise::new().case(Case::Lower));

impl Flags {
    /// What the text means; `None` if it is none of the words.
    ///
    /// Compared in NFKC, trimmed, with single blanks and without regard to case.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<bool> {
        self.words.get(text).or_else(|| self.words.get(&*FORM.apply(text))).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_many_languages_are_read() {
        let flags = FlagWords::standard().check().unwrap();
        for word in YES.into_iter().chain(["YES", "Ｙ", "１", " Oui", "SÍ", "si\u{301}"]) {
            assert_eq!(flags.read(word), Some(true), "{word}");
        }
        for word in NO.into_iter().chain(["NO", "０", "Nein\u{a0}"]) {
            assert_eq!(flags.read(word), Some(false), "{word}");
        }
        for word in ["", " ", "maybe", "2", "yes no", "NA"] {
            assert_eq!(flags.read(word), None, "{word}");
        }
    }

    #[test]
    fn a_word_cannot_mean_both() {
        let both = FlagWords::standard().no(["ＹES "]).check();
        assert_eq!(both, Err(FlagProblem::Both { word: "yes".to_owned() }));
        assert_eq!(FlagWords::standard().yes([" "]).check(), Err(FlagProblem::Blank));
        assert_eq!(FlagWords::none().yes(["x"]).check(), Err(FlagProblem::Missing));
        assert!(FlagWords::standard().yes(["YES"]).check().is_ok(), "said twice is said once");
    }
}

//! What two records must share to be of one person.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text::is_country;

/// The name of identity resolution in errors.
pub(super) const IDENTITIES: &str = "identities";

/// The form in which the cells of a key are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum KeyForm {
    /// As stored; `A` differs from `a `.
    #[default]
    Exact,
    /// NFKC, trimmed, inner blanks as one, lower case.
    Text,
    /// The digits alone, full-width ones too: `NO. 12-34` is `1234`.
    Digits,
    /// An address as [`normal_email`](crate::text::normal_email) spells it.
    Email,
    /// A number as [`e164`](crate::text::e164) spells it.
    Phone {
        /// Country of numbers without `+`, an ISO 3166 code of two capitals.
        country: String,
    },
}

/// A column of a key, with the form of its cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyPart {
    pub(super) column: String,
    #[serde(default)]
    pub(super) form: KeyForm,
}

/// A key of one or several columns: records with the same value in all of them are linked.
///
/// A cell that is null, blank, a placeholder, or not readable in the form of its column
/// matches nothing, and neither does a record that lacks one column of several.
///
/// # Examples
///
/// ```
/// use customer_analytics::integration::MatchKey;
///
/// let phone = MatchKey::new("手机").phone("CN");
/// let person = MatchKey::new("姓名").text().and("生日");
/// assert_eq!(phone.name(), "手机");
/// assert_eq!(person.name(), "姓名 + 生日");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct MatchKey {
    pub(super) parts: Vec<KeyPart>,
}

impl MatchKey {
    /// A key of one column, compared as stored until a form is chosen.
    pub fn new(column: impl Into<String>) -> Self {
        Self { parts: vec![KeyPart { column: column.into(), form: KeyForm::Exact }] }
    }

    /// Another column that must agree as well, compared as stored until a form is chosen.
    pub fn and(mut self, column: impl Into<String>) -> Self {
        self.parts.push(KeyPart { column: column.into(), form: KeyForm::Exact });
        self
    }

    /// Compares the last column named as stored.
    pub fn exact(self) -> Self {
        self.form(KeyForm::Exact)
    }

    /// Compares the last column named as text of one spelling.
    pub fn text(self) -> Self {
        self.form(KeyForm::Text)
    }

    /// Compares the digits of the last column named.
    pub fn digits(self) -> Self {
        self.form(KeyForm::Digits)
    }

    /// Compares the last column named as e-mail addresses.
    pub fn email(self) -> Self {
        self.form(KeyForm::Email)
    }

    /// Compares the last column named as telephone numbers; those without `+` are of the
    /// country, an ISO 3166 code such as `"CN"`.
    pub fn phone(self, country: impl Into<String>) -> Self {
        self.form(KeyForm::Phone { country: country.into() })
    }

    /// Chooses the form of the last column named.
    pub fn form(mut self, form: KeyForm) -> Self {
        if let Some(last) = self.parts.last_mut() {
            last.form = form;
        }
        self
    }

    /// The name under which the key is reported: its columns.
    #[must_use]
    pub fn name(&self) -> String {
        self.columns().collect::<Vec<_>>().join(" + ")
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.column.as_str())
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.parts.is_empty() {
            return Err(Error::param(IDENTITIES, "keys", "of at least one column each", "none"));
        }
        for part in &self.parts {
            if let KeyForm::Phone { country } = &part.form
                && !is_country(country)
            {
                let expected = "an ISO 3166 code of two capitals, such as `CN`";
                return Err(Error::param(IDENTITIES, "keys.country", expected, format!("`{country}`")));
            }
        }
        Ok(())
    }
}

/// Links records whose texts are alike, among those that share a block.
///
/// Two records are compared only if they agree, as text, in every block column, such as the
/// birthday or the city; records that lack one are not compared. Similarity is
/// [`jaro_winkler`](crate::text::jaro_winkler). The work grows with the square of a block, so
/// larger blocks than [`max_block`](Self::max_block) are skipped, and counted in the report.
/// So are texts that more records of a block have than
/// [`max_records_per_key`](super::IdentityParams::max_records_per_key): a hundred people of
/// one name in one city are not one person.
/// Of the pairs that are alike enough only those are kept that hold a block together, the
/// most alike first.
///
/// The measure suits long names. One sign of a Chinese name of three changed leaves 0.82, of
/// a name of two 0.67, and as many are other people: at 0.92 such names match when equal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Fuzzy {
    pub(super) column: String,
    pub(super) block_on: Vec<String>,
    #[serde(default = "default_threshold")]
    pub(super) threshold: f64,
    #[serde(default = "default_max_block")]
    pub(super) max_block: u32,
}

fn default_threshold() -> f64 {
    0.92
}

fn default_max_block() -> u32 {
    200
}

impl Fuzzy {
    /// Compares this column; [`block_on`](Self::block_on) has to be given too.
    pub fn new(column: impl Into<String>) -> Self {
        let (threshold, max_block) = (default_threshold(), default_max_block());
        Self { column: column.into(), block_on: vec![], threshold, max_block }
    }

    /// Columns in which two records must agree to be compared; at least one.
    pub fn block_on<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.block_on = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Similarity from which on two records are linked, 0.5..=1; 0.92 by default.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Most records of a block that is still compared, 2..=10000; 200 by default.
    pub fn max_block(mut self, max_block: u32) -> Self {
        self.max_block = max_block;
        self
    }

    /// The name under which the rule is reported.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} alike within {}", self.column, self.block_on.join(" + "))
    }

    /// The compared column and the block columns as keys of text.
    pub(super) fn keys(&self) -> (MatchKey, MatchKey) {
        let parts = self.block_on.iter().map(|column| KeyPart { column: column.clone(), form: KeyForm::Text });
        (MatchKey::new(self.column.clone()).text(), MatchKey { parts: parts.collect() })
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.block_on.is_empty() {
            let expected = "at least one column, as comparing all with all takes the square of the records";
            return Err(Error::param(IDENTITIES, "fuzzy.block_on", expected, "none"));
        }
        if !(0.5..=1.0).contains(&self.threshold) {
            return Err(Error::param(IDENTITIES, "fuzzy.threshold", "in 0.5..=1", self.threshold));
        }
        if !(2..=10_000).contains(&self.max_block) {
            return Err(Error::param(IDENTITIES, "fuzzy.max_block", "in 2..=10000", self.max_block));
        }
        Ok(())
    }
}

//! Settings for reading CSV files.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text::TextEncoding;

const CSV: &str = "csv";

/// How a CSV file is written; stated, never guessed.
///
/// By default: commas, UTF-8, double quotes, a head with the names of the columns, no texts
/// that stand for a missing value but the empty one, names as they are in the head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct CsvOptions {
    pub(super) separator: char,
    #[serde(with = "super::optional_text")]
    pub(super) quote: Option<char>,
    pub(super) encoding: TextEncoding,
    pub(super) null_values: Vec<String>,
    pub(super) has_header: bool,
    pub(super) snake_case: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            separator: ',',
            quote: Some('"'),
            encoding: TextEncoding::Utf8,
            null_values: vec![],
            has_header: true,
            snake_case: false,
        }
    }
}

impl CsvOptions {
    /// Commas, UTF-8, double quotes, a head.
    pub fn new() -> Self {
        Self::default()
    }

    /// The sign between cells, an ASCII character; a comma by default.
    pub fn separator(mut self, separator: char) -> Self {
        self.separator = separator;
        self
    }

    /// The sign around cells that hold separators or line ends; `None` where quotes mean
    /// nothing, `quote = ""` in a job file. A double quote by default.
    pub fn quote(mut self, quote: Option<char>) -> Self {
        self.quote = quote;
        self
    }

    /// The encoding of the file; UTF-8 by default.
    pub fn encoding(mut self, encoding: TextEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Cells that stand for a missing value, such as `NA`, besides the empty cell.
    pub fn null_values<S: Into<String>>(mut self, null_values: impl IntoIterator<Item = S>) -> Self {
        self.null_values = null_values.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the first line names the columns; it does by default. Otherwise they are
    /// `column_1`, `column_2` and so on.
    pub fn has_header(mut self, has_header: bool) -> Self {
        self.has_header = has_header;
        self
    }

    /// Whether the names of columns are put into snake case, as by
    /// [`snake_case_all`](crate::text::snake_case_all); they are not by default.
    pub fn snake_case(mut self, snake_case: bool) -> Self {
        self.snake_case = snake_case;
        self
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// `Param` when a sign is not one of ASCII, signs are the same, or a mixture of encodings
    /// is none.
    pub fn check(&self) -> Result<()> {
        let is_sign = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '\n' | '\r' | '\0');
        if !is_sign(self.separator) {
            return Err(Error::param(CSV, "separator", "a sign of ASCII", format!("{:?}", self.separator)));
        }
        if let Some(quote) = self.quote.filter(|&quote| !is_sign(quote) || quote == self.separator) {
            return Err(Error::param(CSV, "quote", "a sign of ASCII other than the separator", format!("{quote:?}")));
        }
        match self.encoding.problem() {
            Some(expected) => Err(Error::param(CSV, "encoding", expected, &self.encoding)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_job_file() {
        let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
        let options =
            CsvOptions::new().separator(';').quote(None).encoding(mixture).null_values(["NA"]).snake_case(true);
        let text = toml::to_string(&options).unwrap();
        assert_eq!(toml::from_str::<CsvOptions>(&text).unwrap(), options);
        let text = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<CsvOptions>(&text).unwrap(), options);
        assert!(serde_json::from_str::<CsvOptions>(r#"{"delimiter": ";"}"#).is_err());
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let refused = [
            CsvOptions::new().separator('；'),
            CsvOptions::new().separator('"'),
            CsvOptions::new().separator('a'),
            CsvOptions::new().quote(Some('\n')),
            CsvOptions::new().encoding(TextEncoding::Mixed(vec![])),
        ];
        for options in refused {
            assert!(options.check().unwrap_err().is_param(), "{options:?}");
        }
    }
}

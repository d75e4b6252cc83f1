//! Rule: lines that are not products.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Flow, Judgement, Take};
use crate::cleaning::engine::step::{Step, Table, missing_role};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::cleaning::transactions::customer::is_one_of;
use crate::error::{Error, Result};

/// Takes lines that are not products (postage, fees, samples) by their product code.
///
/// A line without a code (null or blank) is left in and counted as not judged, unless the
/// pattern takes it. The role `product` is
/// needed; a whole number is compared by its digits.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, NonProducts};
/// use customer_analytics::prelude::*;
///
/// let sales = df!("id" => [1_i64; 4], "day" => ["2026-01-01"; 4], "paid" => [1.0; 4], "sku" => ["22", "post ", "BANK 7", "DOT"])?;
/// let columns = TransactionColumns::new("id", "day").amount("paid").product("sku").time_format("%Y-%m-%d");
/// let rule = NonProducts::new().codes(["POST", "DOT"]).pattern("^bank");
/// let cleaned = CleaningParams::new().rule(rule).roles(&columns).run(sales.lazy())?;
/// assert_eq!(cleaned.report().n_rows_out, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct NonProducts {
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(default = "yes")]
    ignore_case: bool,
}

fn yes() -> bool {
    true
}

impl Default for NonProducts {
    fn default() -> Self {
        Self { codes: vec![], pattern: None, ignore_case: true }
    }
}

impl NonProducts {
    /// Takes nothing yet; give codes, a pattern or both.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes these codes, compared in full once white space at both ends is gone.
    pub fn codes<S: Into<String>>(mut self, codes: impl IntoIterator<Item = S>) -> Self {
        self.codes = codes.into_iter().map(Into::into).collect();
        self
    }

    /// Takes codes in which this regular expression is found, in the syntax of the crate
    /// `regex`. It may be found anywhere: `^` and `$` tie it to the ends. Outer white
    /// space is not looked at.
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.pattern = Some(pattern.into());
        self
    }

    /// Whether `post` is `POST`, for codes and pattern alike; it is by default.
    pub fn ignore_case(mut self, ignore: bool) -> Self {
        self.ignore_case = ignore;
        self
    }

    /// The pattern as it is searched for.
    fn searched(&self) -> Option<String> {
        let pattern = self.pattern.as_ref()?;
        Some(if self.ignore_case { format!("(?i){pattern}") } else { pattern.clone() })
    }

    fn check_pattern(&self) -> Result<()> {
        let Some(searched) = self.searched() else { return Ok(()) };
        let refused = |expected: String| {
            Err(Error::param(
                CLEANING,
                "non_products.pattern",
                expected,
                format!("`{}`", self.pattern.as_deref().unwrap_or_default()),
            ))
        };
        if self.pattern.as_deref() == Some("") {
            return refused("not empty, as nothing is found everywhere".to_owned());
        }
        // Compiled by the engine that will search with it, limits and all.
        match StringChunked::new("".into(), [""]).contains(&searched, true) {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = error.to_string();
                refused(format!("a regular expression ({})", error.lines().last().unwrap_or_default().trim()))
            }
        }
    }
}

impl Step for NonProducts {
    fn name(&self) -> &'static str {
        "non_products"
    }

    fn uses_roles(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        if self.codes.is_empty() && self.pattern.is_none() {
            return Err(Error::param(
                CLEANING,
                "non_products.codes",
                "at least one code where there is no `pattern`",
                "none",
            ));
        }
        if let Some(code) = self.codes.iter().find(|code| code.trim().len() != code.len() || code.is_empty()) {
            return Err(Error::param(
                CLEANING,
                "non_products.codes",
                "codes without outer white space",
                format!("`{code}`"),
            ));
        }
        self.check_pattern()
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        missing_role(table, "product", |roles| &roles.product).into_iter().collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let Some(product) = flow.roles().product else { return Ok(()) };
        let code = flow.text(&product);
        let mut take = vec![];
        if !self.codes.is_empty() {
            let trimmed = code.clone().str().strip_chars(lit(NULL));
            let on_list = if self.ignore_case {
                let codes: Vec<String> = self.codes.iter().map(|code| code.to_lowercase()).collect();
                is_one_of(trimmed.str().to_lowercase(), &codes)
            } else {
                is_one_of(trimmed, &self.codes)
            };
            take.push(Take::new(on_list, "product code is on the list"));
        }
        if let Some(searched) = self.searched() {
            let trimmed = code.clone().str().strip_chars(lit(NULL));
            take.push(Take::new(trimmed.str().contains(lit(searched), true), "product code fits the pattern"));
        }
        let has_none = code.clone().is_null().or(code.str().strip_chars(lit(NULL)).eq(lit("")).fill_null(lit(false)));
        flow.judge(Judgement { take, unjudged: Some(has_none), ..Judgement::default() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::CleaningParams;
    use crate::frame::TransactionColumns;

    fn run(codes: Series, rule: NonProducts) -> (Vec<u64>, u64) {
        let n = codes.len();
        let frame =
            df!("who" => vec![1_i64; n], "when" => vec!["2026-01-01"; n], "paid" => vec![1.0; n], "货号" => codes);
        let columns = TransactionColumns::new("who", "when").amount("paid").time_format("%F").product("货号");
        let cleaned = CleaningParams::new().rule(rule).roles(&columns).run(frame.unwrap().lazy()).unwrap();
        let rule = &cleaned.report().rules[0];
        (rule.reasons.iter().map(|count| count.n_rows).collect(), rule.n_rows_unjudged)
    }

    #[test]
    fn codes_are_whole_and_patterns_are_anywhere() {
        let codes = Series::new(
            "".into(),
            [Some("POST"), Some(" post"), Some("POSTER"), Some("gift_01"), Some("邮费"), Some(" "), None],
        );
        let rule = NonProducts::new().codes(["Post", "邮费"]).pattern("^GIFT_");
        assert_eq!(run(codes.clone(), rule.clone()), (vec![3, 1], 2));
        assert_eq!(run(codes, rule.ignore_case(false)), (vec![1, 0], 2));
    }

    #[test]
    fn number_codes_are_compared_by_their_digits() {
        let codes = Series::new("".into(), [22_i32, 9_001, 9_002]);
        assert_eq!(run(codes, NonProducts::new().codes(["22"]).pattern("^9")), (vec![1, 2], 0));
    }

    #[test]
    fn a_rule_that_says_nothing_is_refused() {
        assert!(NonProducts::new().check().is_err());
        assert!(NonProducts::new().pattern("").check().is_err());
        assert!(NonProducts::new().codes([" POST"]).check().is_err());
        let broken = NonProducts::new().pattern("post(").check().unwrap_err().to_string();
        assert!(!broken.contains('\n') && broken.contains("unclosed group"), "{broken}");
    }
}

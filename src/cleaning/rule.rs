//! The rules as one type, for job files and for the order they run in.

use serde::{Deserialize, Serialize};

use crate::cleaning::engine::step::Step;
use crate::cleaning::{
    Bins, Checks, ColumnNames, Contact, ConvertCurrency, ExactDuplicates, Fill, KeyDuplicates, LaterRows, Mapping,
    MissingCustomer, NearDuplicates, NonProducts, Outliers, Prices, RareLevels, ReadDates, ReadFlags, ReadNumbers,
    Refunds, Scale, Text,
};

/// The name of the cleaning in errors.
pub(crate) const CLEANING: &str = "cleaning";

/// Writes the enum, the way to its rules and the way from them out of one list.
macro_rules! rules {
    ($(#[doc = $about:literal])* $vis:vis enum $all:ident { $(#[doc = $doc:literal] $rule:ident,)+ }) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "rule", rename_all = "snake_case")]
        #[non_exhaustive]
        $vis enum $all {
            $(#[doc = $doc] $rule($rule),)+
        }

        impl $all {
            pub(crate) fn step(&self) -> &dyn Step {
                match self {
                    $(Self::$rule(rule) => rule,)+
                }
            }
        }

        $(impl From<$rule> for $all {
            fn from(rule: $rule) -> Self {
                Self::$rule(rule)
            }
        })+
    };
}

rules! {
    /// One rule of a cleaning; any of the rule types turns into it.
    ///
    /// In a job file the name of the rule is its key `rule`, beside its settings.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::cleaning::{NonProducts, Rule};
    ///
    /// let from_a_job_file: Rule = serde_json::from_str(r#"{"rule": "non_products", "codes": ["POST", "邮费"]}"#)?;
    /// assert_eq!(from_a_job_file, NonProducts::new().codes(["POST", "邮费"]).into());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub enum Rule {
        /// Trims and folds text.
        Text,
        /// Gives columns other names.
        ColumnNames,
        /// Brings e-mail addresses and telephone numbers into one form.
        Contact,
        /// Reads days and times.
        ReadDates,
        /// Reads yes and no.
        ReadFlags,
        /// Reads numbers.
        ReadNumbers,
        /// Takes rows that repeat an earlier one.
        ExactDuplicates,
        /// Judges rows by named checks.
        Checks,
        /// Fills missing values.
        Fill,
        /// Takes rows that share a key, but for the one to keep.
        KeyDuplicates,
        /// Takes rows dated after the report.
        LaterRows,
        /// Takes rows without a customer.
        MissingCustomer,
        /// Counts rows that differ in the writing of their text only.
        NearDuplicates,
        /// Takes lines that are not products.
        NonProducts,
        /// Takes prices that are zero, negative or missing.
        Prices,
        /// Keeps, drops, nets or matches refunds and cancellations.
        Refunds,
        /// Puts numbers into named classes.
        Bins,
        /// Converts amounts to one currency.
        ConvertCurrency,
        /// Replaces values by what a mapping says.
        Mapping,
        /// Clips, removes, takes or flags values beyond bounds.
        Outliers,
        /// Puts rare levels together.
        RareLevels,
        /// Brings numbers to one scale.
        Scale,
    }
}

impl Rule {
    /// The rule's name in job files, reports and the quarantine.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.step().name()
    }

    /// Whether the rule judges a row by other rows, so that it reads its own columns of the
    /// whole table first; the others judge each row by itself.
    #[must_use]
    pub fn compares_rows(&self) -> bool {
        self.step().compares_rows()
    }

    /// Whether the rule learns something from the frame it is fitted on, such as a median.
    #[must_use]
    pub fn learns(&self) -> bool {
        self.step().learns()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{OutlierBounds, ScaleBy};

    #[test]
    fn a_misspelt_setting_is_refused() {
        let refused = |job: &str| serde_json::from_str::<Rule>(job).unwrap_err().to_string();
        assert!(refused(r#"{"rule": "missing_customer", "placeholder": ["0"]}"#).contains("unknown field"));
        assert!(refused(r#"{"rule": "refunds", "mode": "match", "prefix": "C"}"#).contains("unknown field"));
        assert!(refused(r#"{"rule": "missing_clients"}"#).contains("unknown variant"));
    }

    #[test]
    fn a_rule_is_called_the_same_in_job_files_and_reports() {
        let rules: Vec<Rule> = vec![
            Text::new().into(),
            ColumnNames::new().into(),
            Contact::new().into(),
            ReadDates::new(["d"]).into(),
            ReadFlags::new(["f"]).into(),
            ReadNumbers::new(["n"]).into(),
            ExactDuplicates::new().into(),
            KeyDuplicates::new(["id"]).into(),
            NearDuplicates::new(["name"]).into(),
            Fill::new(["age"]).into(),
            MissingCustomer::new().into(),
            Checks::new().not_null(["id"]).into(),
            NonProducts::new().codes(["POST"]).into(),
            Prices::new().into(),
            Refunds::drop().into(),
            Bins::ages("age").into(),
            ConvertCurrency::new("paid", "currency", "day", "EUR").into(),
            Mapping::new("city", [("沪", "华东")]).into(),
            Outliers::new(["paid"], OutlierBounds::Tukey { k: 1.5 }).into(),
            RareLevels::new(["city"]).min_count(5).into(),
            Scale::new(["paid"], ScaleBy::Z).into(),
        ];
        for rule in rules {
            assert_eq!(serde_json::to_value(&rule).unwrap()["rule"], rule.name());
        }
    }
}

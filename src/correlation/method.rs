//! How columns are correlated, by setting and by the pair of their kinds.

use std::fmt;

use polars::prelude::DataType;
use serde::{Deserialize, Serialize};

use crate::frame::codes::has_categories;
use crate::frame::numbers::is_numeric;
use crate::kernel::undefined::Undefined;

/// What columns are correlated by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// By the kinds of the two columns, with Cramér's V corrected for bias; each pair says which:
    ///
    /// | | numeric | binary | categorical |
    /// |---|---|---|---|
    /// | numeric | Pearson | point-biserial | correlation ratio |
    /// | binary | point-biserial | phi | Cramér's V |
    /// | categorical | correlation ratio | Cramér's V | Cramér's V |
    #[default]
    Auto,
    /// As [`Auto`](Self::Auto), with Cramér's V as it is, without the correction.
    AutoPlain,
    /// Pearson's r of numeric columns: how close to a straight line they are.
    Pearson,
    /// Spearman's rho of numeric columns: whether one rises with the other, straight or not.
    Spearman,
    /// Kendall's tau-b of numeric columns: how much more often two rows are ordered alike than not.
    Kendall,
    /// Cramér's V of categorical columns.
    CramersV,
    /// Cramér's V corrected for bias by Bergsma, which is near 0 without association however many
    /// categories there are.
    CramersVCorrected,
    /// The correlation ratio, eta: how far categories determine a number.
    CorrelationRatio,
}

/// What a column is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Numbers,
    Categories,
}

impl Method {
    /// As written in a job file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::AutoPlain => "auto_plain",
            Self::Pearson => "pearson",
            Self::Spearman => "spearman",
            Self::Kendall => "kendall",
            Self::CramersV => "cramers_v",
            Self::CramersVCorrected => "cramers_v_corrected",
            Self::CorrelationRatio => "correlation_ratio",
        }
    }

    pub(super) fn is_of_numbers_alone(self) -> bool {
        matches!(self, Self::Pearson | Self::Spearman | Self::Kendall)
    }

    pub(super) fn is_of_ranks(self) -> bool {
        matches!(self, Self::Spearman | Self::Kendall)
    }

    /// What a column of this type is read as, or why it is left out.
    pub(super) fn reading(self, dtype: &DataType, is_named_categorical: bool) -> Result<Reading, LeftOut> {
        let is_text = matches!(dtype, DataType::String | DataType::Categorical(..) | DataType::Enum(..));
        let is_flag = *dtype == DataType::Boolean;
        let has_groups = is_text || is_flag || (is_named_categorical && has_categories(dtype));
        let named = || dtype.to_string();
        match self {
            Self::Pearson | Self::Spearman | Self::Kendall if is_numeric(dtype) => Ok(Reading::Numbers),
            Self::Pearson | Self::Spearman | Self::Kendall if is_text => Err(LeftOut::NeedsNumbers { dtype: named() }),
            Self::CramersV | Self::CramersVCorrected if has_groups => Ok(Reading::Categories),
            Self::CramersV | Self::CramersVCorrected if has_categories(dtype) => {
                Err(LeftOut::NeedsCategories { dtype: named() })
            }
            Self::CorrelationRatio if has_groups => Ok(Reading::Categories),
            Self::CorrelationRatio if is_numeric(dtype) => Ok(Reading::Numbers),
            Self::Auto | Self::AutoPlain if has_groups && (is_named_categorical || !is_flag) => Ok(Reading::Categories),
            Self::Auto | Self::AutoPlain if is_numeric(dtype) => Ok(Reading::Numbers),
            _ => Err(LeftOut::OtherType { dtype: named() }),
        }
    }

    /// The coefficient of a pair of kinds; `None` where the method has none.
    pub(super) fn coefficient(self, x: ColumnKind, y: ColumnKind, control: Option<Control>) -> Option<Coefficient> {
        use ColumnKind::{Binary, Categorical};
        let n_categorical = [x, y].iter().filter(|kind| **kind == Categorical).count();
        let cramers_v = if self == Self::Auto { Coefficient::CramersVCorrected } else { Coefficient::CramersV };
        Some(match (self, control) {
            (Self::Pearson, None) => Coefficient::Pearson,
            (Self::Pearson, Some(Control::Partial)) => Coefficient::PartialPearson,
            (Self::Pearson, Some(Control::SemiPartial)) => Coefficient::SemiPartialPearson,
            (Self::Spearman, None) => Coefficient::Spearman,
            (Self::Spearman, Some(Control::Partial)) => Coefficient::PartialSpearman,
            (Self::Spearman, Some(Control::SemiPartial)) => Coefficient::SemiPartialSpearman,
            (Self::Kendall, _) => Coefficient::KendallTauB,
            (Self::CramersV, _) => Coefficient::CramersV,
            (Self::CramersVCorrected, _) => Coefficient::CramersVCorrected,
            (Self::CorrelationRatio, _) => return (n_categorical == 1).then_some(Coefficient::CorrelationRatio),
            (Self::Auto | Self::AutoPlain, _) => match (x, y) {
                (Categorical, Categorical | Binary) | (Binary, Categorical) => cramers_v,
                _ if n_categorical == 1 => Coefficient::CorrelationRatio,
                (Binary, Binary) => Coefficient::Phi,
                (Binary, _) | (_, Binary) => Coefficient::PointBiserial,
                _ => Coefficient::Pearson,
            },
        })
    }
}

/// Which rows a pair is correlated over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// The rows that both its columns have; the most data, but each pair has rows of its own.
    #[default]
    Pairwise,
    /// The rows that all columns have, so that all pairs have the same rows.
    Listwise,
}

/// What is done with the columns that are held fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Control {
    /// What they say is taken out of both columns of a pair.
    Partial,
    /// What they say is taken out of the other column and not of the target.
    SemiPartial,
}

/// What a column is to a correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnKind {
    /// Numbers, or durations in seconds.
    Numeric,
    /// True and false, or numbers of which all are 0 or 1.
    Binary,
    /// Categories without order.
    Categorical,
}

/// A measure of association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Coefficient {
    /// Pearson's r.
    Pearson,
    /// Pearson's r of a binary and a numeric column.
    PointBiserial,
    /// Pearson's r of two binary columns.
    Phi,
    /// Spearman's rho.
    Spearman,
    /// Kendall's tau-b.
    KendallTauB,
    /// Cramér's V.
    CramersV,
    /// Cramér's V corrected for bias (Bergsma 2013).
    CramersVCorrected,
    /// The correlation ratio eta.
    CorrelationRatio,
    /// Pearson's r with other columns held fixed.
    PartialPearson,
    /// Pearson's r of the target with what other columns leave of the column.
    SemiPartialPearson,
    /// Spearman's rho with other columns held fixed.
    PartialSpearman,
    /// Spearman's rho of the target with what other columns leave of the column.
    SemiPartialSpearman,
}

impl Coefficient {
    /// As in a frame and a serialised result.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pearson => "pearson",
            Self::PointBiserial => "point_biserial",
            Self::Phi => "phi",
            Self::Spearman => "spearman",
            Self::KendallTauB => "kendall_tau_b",
            Self::CramersV => "cramers_v",
            Self::CramersVCorrected => "cramers_v_corrected",
            Self::CorrelationRatio => "correlation_ratio",
            Self::PartialPearson => "partial_pearson",
            Self::SemiPartialPearson => "semi_partial_pearson",
            Self::PartialSpearman => "partial_spearman",
            Self::SemiPartialSpearman => "semi_partial_spearman",
        }
    }

    /// Its letter before a number.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Pearson | Self::PointBiserial | Self::PartialPearson | Self::SemiPartialPearson => "r",
            Self::Phi => "phi",
            Self::Spearman | Self::PartialSpearman | Self::SemiPartialSpearman => "rho",
            Self::KendallTauB => "tau",
            Self::CramersV | Self::CramersVCorrected => "V",
            Self::CorrelationRatio => "eta",
        }
    }

    /// Its mark behind a number of a matrix that holds several coefficients, and its words.
    pub(super) fn legend(self) -> (char, &'static str) {
        match self {
            Self::Pearson => (' ', "Pearson's r"),
            Self::PointBiserial => ('b', "point-biserial r, of a binary and a numeric column"),
            Self::Phi => ('p', "phi, that is r of two binary columns"),
            Self::Spearman => (' ', "Spearman's rho"),
            Self::KendallTauB => (' ', "Kendall's tau-b"),
            Self::CramersV => ('v', "Cramer's V, without a sign"),
            Self::CramersVCorrected => ('v', "Cramer's V, bias-corrected, without a sign"),
            Self::CorrelationRatio => ('e', "correlation ratio eta, without a sign"),
            Self::PartialPearson => (' ', "partial r"),
            Self::SemiPartialPearson => (' ', "semi-partial r"),
            Self::PartialSpearman => (' ', "partial rho"),
            Self::SemiPartialSpearman => (' ', "semi-partial rho"),
        }
    }
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalMethod {
    /// Normal on the scale of `artanh r`, with the standard error `1 / sqrt(n - 3)` (Fisher 1921).
    FisherZ,
    /// The same with `sqrt((1 + rho^2/2) / (n - 3))` (Bonett and Wright 2000).
    BonettWright,
    /// The same with `sqrt(0.437 / (n - 4))` (Fieller, Hartley and Pearson 1957).
    Fieller,
}

impl IntervalMethod {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FisherZ => "fisher_z",
            Self::BonettWright => "bonett_wright",
            Self::Fieller => "fieller",
        }
    }
}

/// Why an estimate has no interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoInterval {
    /// There is no closed formula that holds for it, as for Cramér's V, eta and the
    /// semi-partial correlation: resample the rows for one.
    NoClosedFormula,
    /// The formula has no value for it.
    Undefined(Undefined),
}

impl fmt::Display for NoInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoClosedFormula => f.write_str("no closed formula"),
            Self::Undefined(reason) => reason.fmt(f),
        }
    }
}

/// Why a column was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeftOut {
    /// Its type is neither numbers nor categories.
    OtherType {
        /// The type.
        dtype: String,
    },
    /// It has categories, and the method takes numbers.
    NeedsNumbers {
        /// The type.
        dtype: String,
    },
    /// It has numbers or times, and the method takes categories.
    NeedsCategories {
        /// The type.
        dtype: String,
    },
    /// It has more categories than the setting allows, as an id has.
    TooManyLevels {
        /// The most that the setting allows.
        max_levels: u32,
    },
    /// Each of its categories occurs once, as in an id.
    AllDistinct,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherType { dtype } => {
                write!(f, "{dtype} is neither numbers nor categories; make one of it, such as days since a date")
            }
            Self::NeedsNumbers { dtype } => {
                write!(
                    f,
                    "{dtype} has no numbers; read them with `cleaning::ReadNumbers`, or take a method for categories"
                )
            }
            Self::NeedsCategories { dtype } => {
                write!(f, "{dtype} has no categories; name it in `categorical` to have its values as such")
            }
            Self::TooManyLevels { max_levels } => {
                write!(
                    f,
                    "more than {max_levels} categories, as an id has; raise `max_levels` to have it, or read numbers \
                     in it with `cleaning::ReadNumbers`"
                )
            }
            Self::AllDistinct => f.write_str("every category occurs once, as in an id"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_goes_by_the_kinds_of_a_pair_in_either_order() {
        use ColumnKind::{Binary, Categorical, Numeric};
        let expected = [
            (Numeric, Numeric, Coefficient::Pearson),
            (Numeric, Binary, Coefficient::PointBiserial),
            (Binary, Binary, Coefficient::Phi),
            (Numeric, Categorical, Coefficient::CorrelationRatio),
            (Binary, Categorical, Coefficient::CramersVCorrected),
            (Categorical, Categorical, Coefficient::CramersVCorrected),
        ];
        for (x, y, coefficient) in expected {
            assert_eq!(Method::Auto.coefficient(x, y, None), Some(coefficient));
            assert_eq!(Method::Auto.coefficient(y, x, None), Some(coefficient));
        }
        assert_eq!(Method::AutoPlain.coefficient(Categorical, Binary, None), Some(Coefficient::CramersV));
        assert_eq!(Method::CorrelationRatio.coefficient(Categorical, Categorical, None), None);
        assert_eq!(Method::CorrelationRatio.coefficient(Binary, Numeric, None), None);
    }

    #[test]
    fn columns_are_read_by_type_and_method() {
        let reading = |method: Method, dtype: DataType| method.reading(&dtype, false);
        assert_eq!(reading(Method::Auto, DataType::Boolean), Ok(Reading::Numbers));
        assert_eq!(reading(Method::Auto, DataType::String), Ok(Reading::Categories));
        assert_eq!(Method::Auto.reading(&DataType::Int64, true), Ok(Reading::Categories));
        assert_eq!(Method::Auto.reading(&DataType::Boolean, true), Ok(Reading::Categories));
        assert_eq!(reading(Method::CramersV, DataType::Boolean), Ok(Reading::Categories));
        assert_eq!(reading(Method::CorrelationRatio, DataType::Boolean), Ok(Reading::Categories));
        assert_eq!(reading(Method::CorrelationRatio, DataType::Int8), Ok(Reading::Numbers));
        assert!(matches!(reading(Method::CramersV, DataType::Int64), Err(LeftOut::NeedsCategories { .. })));
        assert!(matches!(reading(Method::Kendall, DataType::String), Err(LeftOut::NeedsNumbers { .. })));
        assert!(matches!(reading(Method::Auto, DataType::Date), Err(LeftOut::OtherType { .. })));
        assert!(matches!(reading(Method::Auto, DataType::Null), Err(LeftOut::OtherType { .. })));
    }
}

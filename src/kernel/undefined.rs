//! Why a number is not there.

use std::fmt;

use serde::Serialize;

/// Why a statistic has no value; a number that is undefined is never NaN and never made up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Undefined {
    /// Fewer values than the formula needs.
    TooFew {
        /// Values there were.
        n: u64,
        /// Values it takes.
        needed: u64,
    },
    /// More values than the method can take.
    TooMany {
        /// Values there were.
        n: u64,
        /// Values it takes at the most.
        most: u64,
    },
    /// More values than the population that they are drawn from has.
    BeyondPopulation {
        /// Values there were.
        n: u64,
        /// The population.
        population: u64,
    },
    /// All values are equal, so there is no spread to divide by.
    Constant,
    /// A value is NaN or infinite.
    NotFinite,
    /// The result, or a sum on the way to it, is beyond the largest double.
    Overflow,
    /// The mean is zero, so nothing can be measured by it.
    ZeroMean,
    /// The weights sum to zero.
    NoWeight,
    /// A value is zero or negative where the formula takes logarithms or reciprocals.
    NotPositive,
    /// Columns determine each other, so what each does by itself has no answer.
    Collinear,
    /// Only one group, row or column has members where two are compared.
    OneGroup,
    /// An argument lies outside its range, as a correlation above 1 or a share above 1 does.
    OutOfRange,
    /// The two classes do not overlap, so that no finite coefficient is the best.
    Separated,
    /// The steps towards a maximum came to no end.
    NotConverged,
    /// It takes all distinct values, and there were more of them than are kept of a stream.
    TooManyDistinct,
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { n, needed } => write!(f, "too few values: {n} of {needed}"),
            Self::TooMany { n, most } => write!(f, "too many values: {n}, of {most} at the most"),
            Self::BeyondPopulation { n, population } => write!(f, "{n} values of a population of {population}"),
            Self::Constant => f.write_str("constant"),
            Self::NotFinite => f.write_str("a value is not finite"),
            Self::Overflow => f.write_str("beyond the largest double"),
            Self::ZeroMean => f.write_str("the mean is zero"),
            Self::NoWeight => f.write_str("no weight"),
            Self::NotPositive => f.write_str("a value is not positive"),
            Self::Collinear => f.write_str("columns determine each other"),
            Self::OneGroup => f.write_str("only one group has members"),
            Self::OutOfRange => f.write_str("outside its range"),
            Self::Separated => f.write_str("the two classes do not overlap"),
            Self::NotConverged => f.write_str("the steps towards a maximum came to no end"),
            Self::TooManyDistinct => f.write_str("more distinct values than are kept of a stream"),
        }
    }
}

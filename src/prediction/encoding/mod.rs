//! Encoding: a table of features as the columns of a regression, learned once and kept.
//!
//! ```text
//! EncodingParams ─ check ─▶ Encoding ─ fit ─▶ Encoder ─ encode ─▶ blocks of a design, with counts
//!                                                │ linear_predictor, contributions   scores without a design
//!                                                └ linear_predictor_expr             the same in a lazy plan
//! LabelParams ─ read ─▶ Labels, and a LabelCoding that reads further rows
//! ```
//!
//! Everything that is learned comes from the training rows and is saved with the model: medians,
//! levels and their order, the reference, knots and cut points. Further tables are encoded by it,
//! and what they have that training did not is refused, or treated as the settings say and counted.
//!
//! | a cell of | is missing when | is refused when |
//! |---|---|---|
//! | numbers | null or NaN | infinite; -1 or below under a logarithm |
//! | categories, flags, dates | null (NaN where numbers are categories) | its level is unseen, unless the settings say otherwise |
//!
//! A feature without any value is refused by name. A constant number keeps its column, which the
//! regression names as aliased; a category of one level has none and is listed by
//! [`Encoder::without_columns`]. Columns that are equal are no fault here.

mod cells;
mod coding;
mod counts;
mod dropped;
mod encoded;
mod encoder;
mod feature_encoding;
mod flags;
mod interaction;
mod labels;
mod learn;
mod learn_levels;
mod learn_numbers;
mod means;
mod neighbours;
mod params;
mod pieces;
mod plan;
mod prepared;
mod readable_as;
mod score;
mod score_expr;
mod terms;
mod unseen;

pub use coding::Level;
pub use counts::{EncodingCounts, FeatureCounts};
pub use encoded::{DenseDesign, Encoded};
pub use encoder::Encoder;
pub use feature_encoding::{CutPoints, FeatureEncoding, Missing, Reference, UnseenLevel};
pub use labels::{LabelCoding, LabelParams, Labels, MissingLabels};
pub use params::{Encoding, EncodingParams};
pub use score::{Contributions, LinearPredictor};
pub use terms::{Term, TermKind};
pub use unseen::Unseen;

/// The name of the encoding in errors.
const ENCODING: &str = "encoding";

#[cfg(test)]
mod laws;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod tests;

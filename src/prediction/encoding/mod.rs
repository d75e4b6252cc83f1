//! Encoding: a table of features as the columns of a regression, learned once and kept.

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
mod params;
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

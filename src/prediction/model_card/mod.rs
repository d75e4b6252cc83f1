//! Model cards: what was trained on what, when, with which rows left out, and how well it does.
//!
//! A [`ModelCard`] is made by a fitted model, written as JSON for machines and as Markdown for
//! people, and holds no row of a customer; levels of categories are in it where they are compared
//! with.

mod card;
mod facts;
mod figures;
mod markdown;

pub use card::{CardFeature, ModelCard};
pub use facts::TrainingSnapshot;
pub use figures::{CardEvaluation, CardFigure};

pub(in crate::prediction) use card::Subject;
pub(in crate::prediction) use facts::TrainingFacts;

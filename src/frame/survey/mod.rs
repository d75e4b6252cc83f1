//! Surveys: which columns hold which answers, and the checked table behind them.
//!
//! ```text
//! Scale      the answers that a question allows
//! Question   a column, its scale, codes that are no answer, texts to be read
//! SurveyColumns ── roles ──▶ SurveyResponses   schema checked, nothing read
//! ```

mod answers;
mod coded;
mod question;
mod responses;
mod roles;
mod scale;
mod text_scores;
mod unread_times;

#[cfg(test)]
mod tests;

pub use answers::AnswerCounts;
pub(crate) use answers::{Answers, read_answers_into};
pub(crate) use coded::{CodedQuestion, carried, questions_of};
pub use question::{AnswerCode, Question};
pub use responses::SurveyResponses;
pub use roles::{OutOfScale, SurveyColumns};
pub use scale::Scale;
pub(crate) use unread_times::{TimeReading, UNREAD_TIME};

//! Text as people write it, read by stated rules: forms, numbers, dates, contacts, encodings.
//!
//! Functions of one text each; no frame, no clock, no state. Nothing is guessed: which
//! mark stands for the decimals, which number of a date is the day, which words mean yes is
//! a setting, and text that does not fit is refused with its problem.
//!
//! | file | what it holds |
//! |---|---|
//! | `normal` | [`Normalise`]: Unicode form, ends, inner blanks, case |
//! | `shape` | [`shape`]: the form of a value in place of the value, for reports |
//! | `email` | [`normal_email`]: addresses checked and brought to one spelling |
//! | `phone` | [`e164`]: telephone numbers in the form E.164 |
//! | `similarity` | [`jaro_winkler`]: how alike two texts are |

mod email;
mod normal;
mod phone;
mod shape;
mod similarity;

pub use email::{EmailRules, normal_email};
pub use normal::{Case, Normalise, in_case, inner_blanks_collapsed, nfkc, trimmed};
pub use phone::{e164, is_country};
pub use shape::shape;
pub use similarity::jaro_winkler;

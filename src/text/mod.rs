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
//! | `number`, `currency_mark` | [`NumberText`]: numbers with currency, groups, brackets |
//! | `date`, `fixed_date`, `excel_date`, `time_format` | [`DateText`]: days and times by formats and serial numbers |
//! | `flag` | [`FlagWords`]: yes and no in words |
//! | `column_name` | [`snake_case`]: names of columns |
//! | `encoding`, `mixed_encoding` | [`TextEncoding`], [`decode`]: bytes to text, losses counted |
//! | `detect` | [`detect`](detect()): what an encoding might be |
//! | `extent` | characters and outer white space |
//! | `width` | full-width digits and signs |

mod column_name;
mod currency_mark;
mod date;
mod detect;
mod email;
mod encoding;
mod excel_date;
mod extent;
mod fixed_date;
mod flag;
mod mixed_encoding;
mod normal;
mod number;
mod phone;
mod shape;
mod similarity;
pub(crate) mod time_format;
mod width;

pub use column_name::{snake_case, snake_case_all};
pub use date::{DateFormatProblem, DateText, reads_both_ways};
pub use detect::{Detected, DetectedBy, detect};
pub use email::{EmailRules, normal_email};
pub use encoding::{Decoded, EncodingCount, TextEncoding, Undecodable, decode};
pub use excel_date::{ExcelDates, excel_micros};
pub(crate) use extent::{Extent, extent};
pub use flag::{FlagProblem, FlagWords, Flags};
pub use normal::{Case, Normalise, in_case, inner_blanks_collapsed, nfkc, trimmed};
pub use number::{DecimalMark, Grouping, NumberProblem, NumberText};
pub(crate) use phone::NumbersOnce;
pub use phone::{e164, is_country};
pub use shape::shape;
pub use similarity::jaro_winkler;

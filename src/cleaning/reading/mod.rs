//! Rules that read cells: text into one form, dates, numbers, flags, contacts, names of columns.

pub(crate) mod column_names;
pub(crate) mod contact;
pub(crate) mod dates;
pub(crate) mod flags;
pub(crate) mod numbers;
pub(crate) mod text;
pub(crate) mod unreadable;

pub use column_names::ColumnNames;
pub use contact::{Contact, InvalidContact};
pub use dates::ReadDates;
pub use flags::ReadFlags;
pub use numbers::ReadNumbers;
pub use text::Text;
pub use unreadable::Unreadable;

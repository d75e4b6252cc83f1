//! Rules for lines of transactions, by their roles.

pub(crate) mod customer;
pub(crate) mod later;
pub(crate) mod matching;
pub(crate) mod netting;
pub(crate) mod prices;
pub(crate) mod products;
pub(crate) mod refund_plan;
pub(crate) mod refunds;

pub use customer::MissingCustomer;
pub use later::LaterRows;
pub use prices::Prices;
pub use products::NonProducts;
pub use refunds::{RefundMode, Refunds, Unmatched};

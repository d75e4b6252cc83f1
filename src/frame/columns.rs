//! Every column name this crate reads after roles are assigned, or emits.

/// Customer identifier: Int64 or String.
pub const CUSTOMER: &str = "customer";
/// Date or datetime of a transaction line.
pub const TIME: &str = "time";
/// Net amount of a transaction line; negative for a refund.
pub const AMOUNT: &str = "amount";
/// Order or invoice identifier.
pub const ORDER: &str = "order";
/// Product identifier.
pub const PRODUCT: &str = "product";
/// Sales channel.
pub const CHANNEL: &str = "channel";
/// Currency of the amount.
pub const CURRENCY: &str = "currency";

/// Date of a customer's first purchase.
pub const FIRST_DATE: &str = "first_date";
/// Date of a customer's last purchase.
pub const LAST_DATE: &str = "last_date";
/// Calendar days from the last purchase to `as_of`.
pub const RECENCY_DAYS: &str = "recency_days";
/// Calendar days from the first purchase to `as_of`.
pub const TENURE_DAYS: &str = "tenure_days";
/// Purchase lines.
pub const N_PURCHASES: &str = "n_purchases";
/// Distinct orders with a purchase line.
pub const N_ORDERS: &str = "n_orders";
/// Distinct periods with a purchase line.
pub const N_PERIODS: &str = "n_periods";
/// Refund lines.
pub const N_REFUNDS: &str = "n_refunds";
/// Purchases less refunds.
pub const NET_VALUE: &str = "net_value";
/// Value of the refund lines, as a positive number.
pub const REFUND_VALUE: &str = "refund_value";

/// How often a customer bought, by the definition chosen.
pub const FREQUENCY: &str = "frequency";
/// What a customer spent, by the definition chosen.
pub const MONETARY: &str = "monetary";
/// Segment name.
pub const SEGMENT: &str = "segment";

/// Repeat purchase periods.
pub const BTYD_X: &str = "x";
/// Age at the last purchase.
pub const BTYD_T_X: &str = "t_x";
/// Age at the end of observation.
pub const BTYD_T: &str = "t_observed";
/// Mean value of a repeat purchase period.
pub const BTYD_MEAN_VALUE: &str = "mean_repeat_value";

/// Position of a row in the file or frame as it was read, from 0.
pub const SOURCE_ROW: &str = "source_row";
/// Cleaning rule that took or changed a row.
pub const RULE: &str = "rule";
/// Place of a cleaning rule among the rules, from 1.
pub const RULE_NUMBER: &str = "rule_number";
/// Why a cleaning rule took a row.
pub const RULE_REASON: &str = "rule_reason";
/// Source row of the line that a matched line cancels or is cancelled by.
pub const PARTNER_ROW: &str = "partner_row";
/// Rows that came to a cleaning rule.
pub const N_ROWS_IN: &str = "n_rows_in";
/// Rows that a cleaning rule took.
pub const N_ROWS_TAKEN: &str = "n_rows_taken";
/// Rows that a cleaning rule recognised and left in.
pub const N_ROWS_SPARED: &str = "n_rows_spared";
/// Rows that lack what a cleaning rule judges by.
pub const N_ROWS_UNJUDGED: &str = "n_rows_unjudged";
/// Cells whose text a cleaning rule changed.
pub const N_CELLS_CHANGED: &str = "n_cells_changed";
/// Rows that a cleaning rule left.
pub const N_ROWS_OUT: &str = "n_rows_out";

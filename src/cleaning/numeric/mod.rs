//! Rules for numbers: outliers, scales, currencies.

pub(crate) mod convert_currency;
pub(crate) mod exchange_rates;
pub(crate) mod outlier_bounds;
pub(crate) mod outliers;
pub(crate) mod scale;

pub use convert_currency::{ConvertCurrency, MissingRate};
pub use outlier_bounds::OutlierBounds;
pub use outliers::{OutlierAction, Outliers};
pub use scale::{Scale, ScaleBy};

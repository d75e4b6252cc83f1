//! The names a batch job imports.

pub use chrono::NaiveDate;
pub use polars::prelude::{DataFrame, IntoLazy, LazyFrame, df};

pub use crate::activity::{ActivityParams, DatedBy, Incomplete, Period, ZeroAmount};
pub use crate::analysis::Analysis;
pub use crate::cleaning::{
    Checks, CleaningParams, ExactDuplicates, Fill, FittedCleaning, KeyDuplicates, LaterRows, MissingCustomer,
    NonProducts, OutlierBounds, Outliers, Prices, ReadDates, ReadFlags, ReadNumbers, Refunds, Rule, Text,
};
pub use crate::correlation::{CorrelationMatrix, CorrelationParams, KeyDriverReport, KeyDriversParams};
pub use crate::descriptive::{CompareParams, DescribeParams, Description};
pub use crate::error::{Error, Result};
pub use crate::frame::{
    CsvOptions, FeatureColumns, FeatureTable, OutOfScale, Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame,
    TransactionColumns, TransactionLog, column, read_csv,
};
pub use crate::prediction::churn::{ChurnModel, ChurnParams};
pub use crate::prediction::decision::{RetentionOfferParams, WinBackParams};
pub use crate::prediction::encoding::{EncodingParams, UnseenLevel};
pub use crate::prediction::purchase::{PurchaseModel, PurchaseParams};
pub use crate::prediction::snapshot::{SnapshotParams, SnapshotTarget};
pub use crate::quality::QualityParams;
pub use crate::satisfaction::SurveyPeriod;
pub use crate::satisfaction::csat::{CsatParams, CsatReport};
pub use crate::satisfaction::csi::{CsiParams, CsiReport, ItemWeighting};
pub use crate::satisfaction::nps::{NpsInterval, NpsParams, NpsReport};
pub use crate::satisfaction::trend::{TrendParams, TrendReport};
pub use crate::segmentation::{
    Concentration, HoldoutParams, MigrationMatrix, Monetary, PurchaseUnit, RfmParams, RfmScores, SegmentMap, Segments,
    TieRule, ValueModel, ValueScoreParams,
};

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

/// Scores of all dimensions side by side.
pub const CODE: &str = "code";
/// Weighted mean of the scores of all dimensions.
pub const SCORE: &str = "score";
/// Number of customers.
pub const N_CUSTOMERS: &str = "n_customers";
/// Customers who bought.
pub const N_BUYERS: &str = "n_buyers";
/// Share of the customers who bought, 0..=1.
pub const BUYER_SHARE: &str = "buyer_share";
/// What customers spent, less refunds.
pub const SPEND: &str = "spend";
/// Spend per customer.
pub const MEAN_SPEND: &str = "mean_spend";
/// Share of the customers down to this row.
pub const CUMULATIVE_CUSTOMER_SHARE: &str = "cumulative_customer_share";
/// Share of the spend down to this row.
pub const CUMULATIVE_SPEND_SHARE: &str = "cumulative_spend_share";
/// Segment at the earlier date.
pub const SEGMENT_BEFORE: &str = "segment_before";
/// Segment at the later date.
pub const SEGMENT_AFTER: &str = "segment_after";
/// Dimension of a value score.
pub const DIMENSION: &str = "dimension";
/// Share of the total value, 0..=1.
pub const VALUE_SHARE: &str = "value_share";
/// Share of the customers, 0..=1.
pub const CUSTOMER_SHARE: &str = "customer_share";
/// Segment name.
pub const SEGMENT: &str = "segment";

/// Respondent of a survey.
pub const RESPONDENT: &str = "respondent";
/// Wave of a survey.
pub const WAVE: &str = "wave";
/// Touchpoint or channel that a survey asks about.
pub const TOUCHPOINT: &str = "touchpoint";
/// Free text.
pub const TEXT: &str = "text";
/// Period of a survey in words, or its wave.
pub const PERIOD: &str = "period";
/// First day of a period.
pub const PERIOD_START: &str = "period_start";
/// Last day of a period.
pub const PERIOD_END: &str = "period_end";
/// Whether responses cover a period to both its ends.
pub const IS_COMPLETE: &str = "is_complete";
/// Column of an item of an index.
pub const ITEM: &str = "item";
/// Mean answer on the scale from 0, the worst, to 100, the best.
pub const INDEX: &str = "index";
/// Index of an item at the earlier time.
pub const INDEX_BEFORE: &str = "index_before";
/// Index of an item at the later time.
pub const INDEX_AFTER: &str = "index_after";
/// Customer satisfaction index, 0..=100.
pub const CSI: &str = "csi";
/// The same of those who answered all items.
pub const CSI_COMPLETE: &str = "csi_complete";
/// Standard error of the index of those who answered all items.
pub const CSI_COMPLETE_STD_ERROR: &str = "csi_complete_std_error";
/// The same of the means of items, each over all who answered it.
pub const CSI_OF_ITEM_MEANS: &str = "csi_of_item_means";
/// Responses with an answer to all items.
pub const N_COMPLETE: &str = "n_complete";
/// Answers that are codes for no answer.
pub const N_NOT_APPLICABLE: &str = "n_not_applicable";
/// Answers outside the scale.
pub const N_OUT_OF_SCALE: &str = "n_out_of_scale";
/// Answers between the whole numbers of a scale.
pub const N_FRACTIONAL: &str = "n_fractional";
/// Correlation of an item with the sum of the others.
pub const ITEM_TOTAL: &str = "item_total";
/// Cronbach's alpha of the other items.
pub const ALPHA_IF_DELETED: &str = "alpha_if_deleted";
/// Period that a change is counted from.
pub const PERIOD_BEFORE: &str = "period_before";
/// What an item did to a change by its answers.
pub const BY_SCORE: &str = "by_score";
/// What an item did to a change by its weight.
pub const BY_WEIGHT: &str = "by_weight";
/// Later number less the earlier one.
pub const CHANGE: &str = "change";
/// Net promoter score at the earlier time.
pub const NPS_BEFORE: &str = "nps_before";
/// People who answered at the earlier time only.
pub const N_BEFORE_ONLY: &str = "n_before_only";
/// People who answered at the later time only.
pub const N_AFTER_ONLY: &str = "n_after_only";
/// People who answered more than once at one time.
pub const N_REPEATED: &str = "n_repeated";
/// People who went up by a class or two.
pub const N_UP: &str = "n_up";
/// People who stayed in their class.
pub const N_SAME: &str = "n_same";
/// People who went down by a class or two.
pub const N_DOWN: &str = "n_down";
/// People who were asked.
pub const N_INVITED: &str = "n_invited";
/// People who answered.
pub const N_RESPONSES: &str = "n_responses";
/// Share of those who were asked that answered, 0..=1.
pub const RESPONSE_RATE: &str = "response_rate";
/// Share of those who answered, 0..=1.
pub const RESPONDENT_SHARE: &str = "respondent_share";
/// Share of those who did not answer, 0..=1.
pub const NON_RESPONDENT_SHARE: &str = "non_respondent_share";
/// Difference of two shares in standard deviations.
pub const STANDARDIZED_DIFFERENCE: &str = "standardized_difference";
/// Points to both sides that a score is sure by.
pub const HALF_WIDTH: &str = "half_width";
/// Smallest difference that a test is likely to show.
pub const DETECTABLE_DIFFERENCE: &str = "detectable_difference";
/// Share of the highest scores of a scale, 0..=1.
pub const TOP_BOX: &str = "top_box";
/// Lower end of the interval of the top box.
pub const TOP_BOX_CONF_LOW: &str = "top_box_conf_low";
/// Upper end of the interval of the top box.
pub const TOP_BOX_CONF_HIGH: &str = "top_box_conf_high";
/// Share of the lowest scores of a scale, 0..=1.
pub const BOTTOM_BOX: &str = "bottom_box";
/// Lower end of the interval of the bottom box.
pub const BOTTOM_BOX_CONF_LOW: &str = "bottom_box_conf_low";
/// Upper end of the interval of the bottom box.
pub const BOTTOM_BOX_CONF_HIGH: &str = "bottom_box_conf_high";
/// Standard error of a change.
pub const CHANGE_STD_ERROR: &str = "change_std_error";
/// Lower control limit.
pub const CONTROL_LOW: &str = "control_low";
/// Upper control limit.
pub const CONTROL_HIGH: &str = "control_high";
/// Why a point of a series is more than chance: `beyond_limits` or `run`.
pub const SIGNAL: &str = "signal";
/// Whether a row takes part in tests.
pub const IS_USED: &str = "is_used";
/// Pairs of periods that rise less those that fall.
pub const KENDALL_S: &str = "kendall_s";
/// The same as a share of all pairs, -1..=1.
pub const KENDALL_TAU: &str = "kendall_tau";
/// Change for one period.
pub const SLOPE: &str = "slope";
/// Line that a series scatters about.
pub const CENTRE: &str = "centre";
/// How much wider than by sampling alone control limits are.
pub const WIDENING: &str = "widening";
/// Weight of a response by raking, with mean 1.
pub const RAKING_WEIGHT: &str = "raking_weight";
/// Column whose levels have known shares of the population.
pub const MARGIN: &str = "margin";
/// What weights are multiplied by.
pub const FACTOR: &str = "factor";
/// Share that a level is to have, 0..=1.
pub const TARGET_SHARE: &str = "target_share";
/// Share before, 0..=1.
pub const SHARE_BEFORE: &str = "share_before";
/// Share after, 0..=1.
pub const SHARE_AFTER: &str = "share_after";
/// Points that a segment added to a change by becoming larger or smaller.
pub const MIX: &str = "mix";
/// Points that a segment added to a change by another opinion.
pub const RATE: &str = "rate";
/// The first group of a comparison.
pub const GROUP: &str = "group";
/// The group that it is compared with.
pub const OTHER_GROUP: &str = "other_group";
/// Net promoter score, -100..=100.
pub const NPS: &str = "nps";
/// Responses of promoters.
pub const N_PROMOTERS: &str = "n_promoters";
/// Responses of passives.
pub const N_PASSIVES: &str = "n_passives";
/// Responses of detractors.
pub const N_DETRACTORS: &str = "n_detractors";
/// Share of promoters, 0..=1.
pub const PROMOTER_SHARE: &str = "promoter_share";
/// Share of passives, 0..=1.
pub const PASSIVE_SHARE: &str = "passive_share";
/// Share of detractors, 0..=1.
pub const DETRACTOR_SHARE: &str = "detractor_share";

/// Repeat purchase periods.
pub const BTYD_X: &str = "x";
/// Age at the last purchase.
pub const BTYD_T_X: &str = "t_x";
/// Age at the end of observation.
pub const BTYD_T: &str = "t_observed";
/// Mean value of a repeat purchase period.
pub const BTYD_MEAN_VALUE: &str = "mean_repeat_value";

/// Name of a column of the table that was measured.
pub const COLUMN: &str = "column";
/// Type of a column.
pub const DTYPE: &str = "dtype";
/// Number of rows.
pub const N_ROWS: &str = "n_rows";
/// Cells that are null.
pub const N_NULL: &str = "n_null";
/// Cells that are NaN.
pub const N_NAN: &str = "n_nan";
/// Cells that are infinite.
pub const N_INFINITE: &str = "n_infinite";
/// Cells of text that are empty or white space alone.
pub const N_BLANK: &str = "n_blank";
/// Cells of text with white space at an end.
pub const N_PADDED: &str = "n_padded";
/// Cells of text that stand for a missing one.
pub const N_PLACEHOLDER: &str = "n_placeholder";
/// Cells that are missing, in whatever way.
pub const N_MISSING: &str = "n_missing";
/// Share of the cells that are not missing, 0..=1.
pub const COMPLETENESS: &str = "completeness";
/// Distinct values.
pub const N_DISTINCT: &str = "n_distinct";
/// Standard error of the number of distinct values as a share of it, where that is an estimate.
pub const N_DISTINCT_STD_ERROR: &str = "n_distinct_relative_std_error";
/// Distinct texts without case and outer blanks.
pub const N_DISTINCT_FOLDED: &str = "n_distinct_folded";
/// Share of the most frequent value, 0..=1.
pub const TOP_SHARE: &str = "top_share";
/// Numbers that are zero.
pub const N_ZERO: &str = "n_zero";
/// Numbers below zero.
pub const N_NEGATIVE: &str = "n_negative";
/// Least number.
pub const MIN: &str = "min";
/// Greatest number.
pub const MAX: &str = "max";
/// Earliest day.
pub const MIN_DATE: &str = "min_date";
/// Latest day.
pub const MAX_DATE: &str = "max_date";
/// Fewest characters of a text.
pub const MIN_LENGTH: &str = "min_length";
/// Most characters of a text.
pub const MAX_LENGTH: &str = "max_length";
/// Texts that read as numbers.
pub const N_TEXT_NUMBERS: &str = "n_text_numbers";
/// Texts that read as days in ISO form.
pub const N_TEXT_DATES: &str = "n_text_dates";
/// Missing cells before a cleaning.
pub const N_MISSING_BEFORE: &str = "n_missing_before";
/// Missing cells after a cleaning.
pub const N_MISSING_AFTER: &str = "n_missing_after";
/// Share of the cells that are not missing before a cleaning.
pub const COMPLETENESS_BEFORE: &str = "completeness_before";
/// Share of the cells that are not missing after a cleaning.
pub const COMPLETENESS_AFTER: &str = "completeness_after";
/// Distinct values before a cleaning.
pub const N_DISTINCT_BEFORE: &str = "n_distinct_before";
/// Distinct values after a cleaning.
pub const N_DISTINCT_AFTER: &str = "n_distinct_after";
/// Cells with outer blanks before a cleaning.
pub const N_PADDED_BEFORE: &str = "n_padded_before";
/// Cells with outer blanks after a cleaning.
pub const N_PADDED_AFTER: &str = "n_padded_after";
/// Type of a column before a cleaning.
pub const DTYPE_BEFORE: &str = "dtype_before";
/// Type of a column after a cleaning.
pub const DTYPE_AFTER: &str = "dtype_after";

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

/// Channel or system that a record comes from.
pub const SOURCE: &str = "source";
/// Column of a channel as it is named in the union.
pub const TARGET: &str = "target";
/// What became of a channel's column in the union.
pub const STATE: &str = "state";
/// Number of a resolved identity, from 0.
pub const IDENTITY: &str = "identity";
/// Stands before the names of the columns that tell the record another one was linked to.
pub const LINKED: &str = "linked_";
/// Match key that linked two records or judged their values.
pub const KEY: &str = "key";
/// Shape of a value, without the value.
pub const SHAPE: &str = "shape";
/// Similarity of two texts, 0..=1.
pub const SIMILARITY: &str = "similarity";
/// Whether a link made one identity of two.
pub const MERGED: &str = "merged";
/// Records.
pub const N_RECORDS: &str = "n_records";
/// Distinct sources.
pub const N_SOURCES: &str = "n_sources";
/// Identities.
pub const N_IDENTITIES: &str = "n_identities";
/// Distinct values.
pub const N_VALUES: &str = "n_values";
/// Links between records.
pub const N_LINKS: &str = "n_links";
/// Links that made one identity of two.
pub const N_MERGES: &str = "n_merges";
/// Cells that are null.
pub const N_NULLS: &str = "n_nulls";
/// Cells of nothing but white space.
pub const N_BLANKS: &str = "n_blanks";
/// Cells that stand for a missing value.
pub const N_PLACEHOLDERS: &str = "n_placeholders";
/// Cells that cannot be read as what they should be.
pub const N_UNREADABLE: &str = "n_unreadable";
/// Values shared by too many records to link them.
pub const N_GLUED_VALUES: &str = "n_glued_values";
/// Records that share such a value.
pub const N_GLUED_RECORDS: &str = "n_glued_records";
/// Identities whose records disagree.
pub const N_DISAGREEING: &str = "n_disagreeing";
/// Field of the profile.
pub const FIELD: &str = "field";
/// Table attached to a profile.
pub const TABLE: &str = "table";
/// Rows dated after the date of the report.
pub const N_ROWS_LATER: &str = "n_rows_later";
/// Rows without a usable time.
pub const N_ROWS_UNDATED: &str = "n_rows_undated";
/// Rows without a customer.
pub const N_ROWS_WITHOUT_KEY: &str = "n_rows_without_key";
/// Rows of customers that the profile does not have.
pub const N_ROWS_ORPHANED: &str = "n_rows_orphaned";
/// Rows of customers that the profile has.
pub const N_ROWS_MATCHED: &str = "n_rows_matched";
/// Rows that repeat a customer where one row each is expected.
pub const N_ROWS_REPEATED: &str = "n_rows_repeated";
/// Customers with a row.
pub const N_CUSTOMERS_MATCHED: &str = "n_customers_matched";
/// Customers without any row.
pub const N_CUSTOMERS_UNMATCHED: &str = "n_customers_unmatched";
/// Units with a value.
pub const N_KNOWN: &str = "n_known";

/// First column of a pair.
pub const PAIR_X: &str = "x";
/// Second column of a pair.
pub const PAIR_Y: &str = "y";
/// Measure or method that a number was computed by.
pub const METHOD: &str = "method";
/// Estimate of a statistic.
pub const ESTIMATE: &str = "estimate";
/// Why there is no estimate.
pub const UNDEFINED: &str = "undefined";
/// Rows that a statistic is made of.
pub const N: &str = "n";
/// How many equally weighted rows the rows are worth.
pub const N_EFFECTIVE: &str = "n_effective";
/// Rows left out as a number is NaN or infinite.
pub const N_NOT_FINITE: &str = "n_not_finite";
/// Statistic of a test.
pub const STATISTIC: &str = "statistic";
/// Degrees of freedom.
pub const DF: &str = "df";
/// Degrees of freedom of the denominator of an F statistic.
pub const DF_DENOMINATOR: &str = "df_denominator";
/// Chance of a statistic as extreme without an effect.
pub const P_VALUE: &str = "p_value";
/// Logarithm to base 10 of a p-value, also where that is below the smallest double.
pub const LOG10_P: &str = "log10_p";
/// P-value adjusted for the number of tests.
pub const P_ADJUSTED: &str = "p_adjusted";
/// Logarithm to base 10 of an adjusted p-value.
pub const LOG10_P_ADJUSTED: &str = "log10_p_adjusted";
/// Driver of a target.
pub const DRIVER: &str = "driver";
/// Value of a measure of importance.
pub const IMPORTANCE: &str = "importance";
/// Value as a share of the whole.
pub const SHARE: &str = "share";
/// Place by size, from 1.
pub const RANK: &str = "rank";
/// Tenth of the rows, 1 with the highest scores.
pub const DECILE: &str = "decile";
/// What a figure says, in words.
pub const MEANING: &str = "meaning";
/// Standard error.
pub const STD_ERROR: &str = "std_error";
/// Lower end of an interval.
pub const CONF_LOW: &str = "conf_low";
/// Upper end of an interval.
pub const CONF_HIGH: &str = "conf_high";
/// How an interval was made.
pub const INTERVAL: &str = "interval";
/// Why there is no interval.
pub const NO_INTERVAL: &str = "no_interval";
/// Lower end of the interval of a share.
pub const SHARE_CONF_LOW: &str = "share_conf_low";
/// Upper end of the interval of a share.
pub const SHARE_CONF_HIGH: &str = "share_conf_high";
/// Mean on a scale from 0 at its worst end to 100 at its best.
pub const PERFORMANCE: &str = "performance";
/// Field on the map of importance and performance.
pub const QUADRANT: &str = "quadrant";
/// Why a number is not there.
pub const REASON: &str = "reason";
/// Whether a row of a description is of the `whole` table or of a `segment`.
pub const SCOPE: &str = "scope";
/// Whole numbers beyond 2^53 that were rounded.
pub const N_ROUNDED: &str = "n_rounded";
/// Sum.
pub const SUM: &str = "sum";
/// Mean.
pub const MEAN: &str = "mean";
/// Variance, with `n - 1` below.
pub const VARIANCE: &str = "variance";
/// Standard deviation, with `n - 1` below.
pub const SD: &str = "sd";
/// Coefficient of variation.
pub const CV: &str = "cv";
/// Skewness.
pub const SKEWNESS: &str = "skewness";
/// Kurtosis beyond that of the normal distribution.
pub const EXCESS_KURTOSIS: &str = "excess_kurtosis";
/// Largest less smallest value.
pub const RANGE: &str = "range";
/// Median.
pub const MEDIAN: &str = "median";
/// Interquartile range.
pub const IQR: &str = "iqr";
/// Median distance from the median.
pub const MAD: &str = "mad";
/// Mean distance from the mean.
pub const MEAN_ABSOLUTE_DEVIATION: &str = "mean_absolute_deviation";
/// Lower one of Tukey's fences.
pub const FENCE_LOW: &str = "fence_low";
/// Upper one of Tukey's fences.
pub const FENCE_HIGH: &str = "fence_high";
/// Values below the lower fence.
pub const N_BELOW_FENCE: &str = "n_below_fence";
/// Values above the upper fence.
pub const N_ABOVE_FENCE: &str = "n_above_fence";
/// Most frequent number, the smallest of several.
pub const MODE: &str = "mode";
/// Most frequent level, the first of several in the order of their bytes.
pub const TOP_LEVEL: &str = "top_level";
/// Values or levels that are equally the most frequent.
pub const N_MODES: &str = "n_modes";
/// Rows of the most frequent value or level.
pub const N_TOP: &str = "n_top";
/// Shannon's entropy of the levels, in bits.
pub const ENTROPY_BITS: &str = "entropy_bits";
/// Entropy as a share of the largest that so many levels can have.
pub const EVENNESS: &str = "evenness";
/// Probability that two rows drawn with replacement differ.
pub const GINI_SIMPSON: &str = "gini_simpson";
/// Levels that are rare.
pub const N_RARE_LEVELS: &str = "n_rare_levels";
/// Rows of rare levels.
pub const N_RARE: &str = "n_rare";
/// Mean number of characters of a text.
pub const MEAN_LENGTH: &str = "mean_length";
/// Days and times that no calendar here reaches.
pub const N_BEYOND_CALENDAR: &str = "n_beyond_calendar";
/// First day or instant.
pub const FIRST_AT: &str = "first_at";
/// Last day or instant.
pub const LAST_AT: &str = "last_at";
/// Days from the first to the last.
pub const SPAN_DAYS: &str = "span_days";
/// Distinct days.
pub const N_DAYS: &str = "n_days";
/// Days without rows between two that have some.
pub const LONGEST_GAP_DAYS: &str = "longest_gap_days";
/// First day by which half of the rows have come.
pub const MEDIAN_DATE: &str = "median_date";
/// Level of a column of categories.
pub const LEVEL: &str = "level";
/// Share of the weight of the filled cells, 0..=1.
pub const WEIGHTED_SHARE: &str = "weighted_share";
/// Year and month, as `2026-01`.
pub const MONTH: &str = "month";

/// What a column is compared by: its numbers, an event or its levels.
pub const KIND: &str = "kind";
/// The segment that another one is compared with.
pub const REFERENCE: &str = "reference";
/// Test of whether segments differ.
pub const TEST: &str = "test";
/// What an effect measures.
pub const EFFECT: &str = "effect";
/// Whether a test is the primary one of its column.
pub const IS_PRIMARY: &str = "is_primary";
/// Size of an effect in words.
pub const MAGNITUDE: &str = "magnitude";
/// Level whose share is compared.
pub const EVENT: &str = "event";
/// Rows that have the event.
pub const N_EVENT: &str = "n_event";

/// Feature of a model, as its column is named in the table.
pub const FEATURE: &str = "feature";
/// Missing cells that got a value.
pub const N_IMPUTED: &str = "n_imputed";
/// Cells with a level that training did not have.
pub const N_UNSEEN: &str = "n_unseen";
/// Rows that were left out.
pub const N_DROPPED: &str = "n_dropped";
/// Coefficient of a regression, by the name of its column.
pub const TERM: &str = "term";
/// Cutoff of a snapshot.
pub const CUTOFF: &str = "cutoff";
/// Days with a purchase.
pub const N_PURCHASE_DAYS: &str = "n_purchase_days";
/// Calendar months with a purchase.
pub const N_ACTIVE_MONTHS: &str = "n_active_months";
/// Value of the purchases per order.
pub const MEAN_ORDER_VALUE: &str = "mean_order_value";
/// Purchases of the later half of a window less those of the earlier, as a share of both.
pub const SPEND_TREND: &str = "spend_trend";
/// Mean days between two purchase days.
pub const MEAN_GAP_DAYS: &str = "mean_gap_days";
/// Coefficient of variation of the days between purchase days.
pub const GAP_CV: &str = "gap_cv";
/// Distinct products bought.
pub const N_PRODUCTS: &str = "n_products";
/// Distinct channels bought in.
pub const N_CHANNELS: &str = "n_channels";
/// Value of the refunds as a share of the purchases.
pub const REFUND_SHARE: &str = "refund_share";
/// Share of the purchases made on a Saturday or Sunday, 0..=1.
pub const WEEKEND_SHARE: &str = "weekend_share";
/// Value of the purchases 52 weeks before the days that are predicted.
pub const SAME_SEASON_SPEND: &str = "same_season_spend";
/// Days from the start of a contract to the cutoff.
pub const CONTRACT_DAYS: &str = "contract_days";
/// Number of events.
pub const N_EVENTS: &str = "n_events";
/// Whether the customer bought in the period before the cutoff.
pub const LAST_PERIOD_PURCHASED: &str = "last_period_purchased";
/// Days with a purchase in the period before the cutoff.
pub const LAST_PERIOD_PURCHASE_DAYS: &str = "last_period_purchase_days";
/// Value of the purchases in the period before the cutoff.
pub const LAST_PERIOD_SPEND: &str = "last_period_spend";
/// Purchases less refunds in the period before the cutoff.
pub const LAST_PERIOD_NET_VALUE: &str = "last_period_net_value";
/// Forecast that the next period is like the last one.
pub const BASELINE: &str = "baseline";
/// Whether a customer left: bought nothing, or ended the contract.
pub const CHURNED: &str = "churned";
/// Whether a customer bought.
pub const PURCHASED: &str = "purchased";
/// Days with a purchase in the period that is predicted.
pub const FUTURE_PURCHASE_DAYS: &str = "future_purchase_days";
/// Value of the purchases in the period that is predicted.
pub const FUTURE_SPEND: &str = "future_spend";
/// Purchases less refunds in the period that is predicted.
pub const FUTURE_NET_VALUE: &str = "future_net_value";
/// Probability of the event, 0..=1.
pub const PROB: &str = "prob";
/// Scores of this and above are contacted.
pub const SCORE_CUTOFF: &str = "score_cutoff";
/// Fold of a cross-validation, from 0.
pub const FOLD: &str = "fold";
/// Rows that train a model.
pub const N_TRAIN: &str = "n_train";
/// Rows that test it.
pub const N_TEST: &str = "n_test";
/// Folds in which a figure is defined.
pub const N_FOLDS: &str = "n_folds";
/// A figure over the rows of all folds.
pub const POOLED: &str = "pooled";
/// A figure.
pub const VALUE: &str = "value";
/// What the squared coefficients of the standardised columns are held back by.
pub const L2_PENALTY: &str = "l2_penalty";
/// Twice what the likelihood lacks to that of means equal to what came.
pub const DEVIANCE: &str = "deviance";
/// Coefficients that are in use, less what a penalty takes of them.
pub const EFFECTIVE_PARAMETERS: &str = "effective_parameters";
/// Customers contacted.
pub const N_CONTACTED: &str = "n_contacted";
/// Share of the customers contacted, 0..=1.
pub const CONTACTED_SHARE: &str = "contacted_share";
/// What contacts earn over contacting nobody.
pub const PROFIT: &str = "profit";
/// Profit over all customers, contacted or not.
pub const PROFIT_PER_CUSTOMER: &str = "profit_per_customer";
/// What a contact is expected to earn.
pub const EXPECTED_PROFIT: &str = "expected_profit";
/// What a contact takes of the budget.
pub const COST: &str = "cost";
/// What a customer is worth.
pub const WORTH: &str = "worth";

/// The column of a feature that raises a probability, by its place from 1: `reason_1`.
#[must_use]
pub fn reason(place: usize) -> String {
    format!("reason_{place}")
}

/// The column of the value that the customer has of that feature: `reason_value_1`.
#[must_use]
pub fn reason_value(place: usize) -> String {
    format!("reason_value_{place}")
}

/// The column of what that feature adds to the score: `contribution_1`.
#[must_use]
pub fn contribution(place: usize) -> String {
    format!("contribution_{place}")
}

/// `e` to a coefficient: an odds ratio, or a ratio of means.
pub const RATIO: &str = "ratio";
/// Lower end of the interval of a ratio.
pub const RATIO_CONF_LOW: &str = "ratio_conf_low";
/// Upper end of the interval of a ratio.
pub const RATIO_CONF_HIGH: &str = "ratio_conf_high";
/// Variance inflation factor.
pub const VIF: &str = "vif";
/// What one more unit adds to the mean response, averaged over the rows.
pub const MARGINAL_EFFECT: &str = "marginal_effect";
/// Standard error of a marginal effect.
pub const MARGINAL_EFFECT_STD_ERROR: &str = "marginal_effect_std_error";

/// The column of a quantile: `q0.25` of the share 0.25.
#[must_use]
pub fn quantile(share: f64) -> String {
    format!("q{share}")
}

/// The column with the number of events of a kind: `n_events_visit` of `visit`.
#[must_use]
pub fn n_events(kind: &str) -> String {
    format!("{N_EVENTS}_{kind}")
}

/// Place of a group of rows in the order of their predictions, from 1.
pub const BIN: &str = "bin";
/// Lowest value of a group.
pub const LOW: &str = "low";
/// Highest value of a group.
pub const HIGH: &str = "high";
/// Rows in which the event happened.
pub const N_POSITIVES: &str = "n_positives";
/// Mean predicted probability.
pub const MEAN_PROB: &str = "mean_prob";
/// Sum of the weights of rows.
pub const WEIGHT: &str = "weight";
/// Share of rows in which the event happened.
pub const EVENT_RATE: &str = "event_rate";
/// The event rate over that of all rows.
pub const LIFT: &str = "lift";
/// Rows of this group and those before it.
pub const CUMULATIVE_N: &str = "cumulative_n";
/// Share of all positives in this group and those before it.
pub const CUMULATIVE_CAPTURE: &str = "cumulative_capture";
/// The event rate of this group and those before it, over that of all rows.
pub const CUMULATIVE_LIFT: &str = "cumulative_lift";
/// Score from which on the event is predicted.
pub const THRESHOLD: &str = "threshold";
/// Predicted, and it came.
pub const TRUE_POSITIVES: &str = "true_positives";
/// Predicted, and it did not come.
pub const FALSE_POSITIVES: &str = "false_positives";
/// Not predicted, and it did not come.
pub const TRUE_NEGATIVES: &str = "true_negatives";
/// Not predicted, and it came.
pub const FALSE_NEGATIVES: &str = "false_negatives";
/// Share of the rows that are predicted right.
pub const ACCURACY: &str = "accuracy";
/// Share of the predicted that came.
pub const PRECISION: &str = "precision";
/// Share of what came that was predicted.
pub const RECALL: &str = "recall";
/// Share of what did not come that was not predicted.
pub const SPECIFICITY: &str = "specificity";
/// Harmonic mean of precision and recall.
pub const F1: &str = "f1";
/// Mean of recall and specificity.
pub const BALANCED_ACCURACY: &str = "balanced_accuracy";
/// Correlation of prediction and outcome.
pub const MATTHEWS_CORRELATION: &str = "matthews_correlation";
/// Agreement of prediction and outcome beyond chance.
pub const COHEN_KAPPA: &str = "cohen_kappa";
/// Name of a figure that judges predictions.
pub const METRIC: &str = "metric";
/// Mean of what came.
pub const MEAN_ACTUAL: &str = "mean_actual";
/// Mean of what was predicted.
pub const MEAN_PREDICTED: &str = "mean_predicted";
/// Share of the total value in this group and those before it.
pub const CUMULATIVE_VALUE_SHARE: &str = "cumulative_value_share";

//! One customer profile from many channels: union, identities, survivors, the customer picture.
//!
//! ```text
//! shop ─┐
//! web  ─┼─ Channels ─▶ records ─ IdentityParams ─▶ records with identity, audit
//! app  ─┘                                              │ SurvivorshipParams
//!                                                      ▼
//! sales, survey, contacts ─────────── Profile ◀─ one row per identity
//!                                        ▼
//!                              one row per customer
//! ```
//!
//! | step | what it does | what it counts |
//! |---|---|---|
//! | [`Channels`] | puts sources under each other, under common names | columns missing, left out, cast |
//! | [`IdentityParams`] | links records that share a key, without chains through shared telephones | links, merges, empty and glued values, conflicts |
//! | [`SurvivorshipParams`] | keeps one value per identity and field, by a rule each | fields on which records disagree |
//! | [`Profile`] | adds numbers and latest rows of other tables, up to a date | rows matched, orphaned, later, undated |
//!
//! Nothing depends on the order in which rows come: records are ordered by their source and
//! row, and ties are decided by a stated order. Reports and audits hold names of columns,
//! counts and shapes, and no values; frames hold what they were given.
//!
//! Cleaning comes first where it is needed: keys are compared in a form of their own, but the
//! values that survive are those that came in.
//!
//! # Examples
//!
//! ```
//! use customer_analytics::integration::{Channels, IdentityParams, Keep, MatchKey, SurvivorshipParams};
//! use customer_analytics::prelude::*;
//!
//! let shop = df!("会员" => ["王芳", "李伟"], "手机" => ["１３９ １２３４ ５６７８", "13800000000"])?;
//! let app = df!("昵称" => ["小芳"], "电话" => ["+86 139-1234-5678"])?;
//! let union = Channels::new()
//!     .source("门店", shop.lazy(), [("姓名", "会员"), ("手机", "手机")])
//!     .source("小程序", app.lazy(), [("姓名", "昵称"), ("手机", "电话")])
//!     .union()?;
//! let resolved = IdentityParams::new()
//!     .key(MatchKey::new("手机").phone("CN"))
//!     .placeholders(["13800000000"])
//!     .run(union.frame())?;
//! assert_eq!((resolved.report().n_records, resolved.report().n_identities), (3, 2));
//! let survivors = SurvivorshipParams::new()
//!     .sources(["门店", "小程序"])
//!     .field("姓名", Keep::SourcePriority)
//!     .run(resolved.frame())?;
//! let names: Vec<_> = survivors.data().column("姓名")?.str()?.iter().flatten().collect();
//! assert_eq!(names, ["王芳", "李伟"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alike;
mod channel_types;
mod channels;
mod channels_report;
mod count_table;
mod disagreement;
mod exact_totals;
mod identities;
mod identity_params;
mod identity_report;
mod key_groups;
mod links;
mod match_key;
mod normal_values;
mod order_codes;
mod picking;
mod profile;
mod profile_columns;
mod profile_report;
mod profile_rules;
mod profile_table;
mod record_order;
mod resolution;
mod survivor_report;
mod survivors;
mod survivorship;

#[cfg(test)]
mod identity_laws;
#[cfg(test)]
mod profile_laws;
#[cfg(test)]
mod survivor_laws;

pub use channels::{Channels, Union};
pub use channels_report::{ChannelsReport, ColumnCast, SourceReport};
pub use identity_params::{Identities, IdentityParams, Oversize};
pub use identity_report::{
    ConflictCount, FuzzyReport, GluedShape, IdentityReport, KeyReport, SizeCount, UnreadableShape,
};
pub use match_key::{Fuzzy, KeyForm, MatchKey};
pub use profile::{Profile, Profiled};
pub use profile_report::{ProfileReport, TableReport};
pub use profile_rules::{Aggregate, Attach, Figure, Latest, Repeated};
pub use resolution::Resolution;
pub use survivor_report::{FieldReport, SurvivorReport, UnlistedSource};
pub use survivors::Survivors;
pub use survivorship::{Keep, Survivorship, SurvivorshipParams};

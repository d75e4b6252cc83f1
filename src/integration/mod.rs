//! One customer profile from many channels.

mod alike;
mod channel_types;
mod channels;
mod channels_report;
mod disagreement;
mod identities;
mod identity_params;
mod identity_report;
mod key_groups;
mod links;
mod match_key;
mod normal_values;
mod resolution;

pub use channels::{Channels, Union};
pub use channels_report::{ChannelsReport, ColumnCast, SourceReport};
pub use identity_params::{Identities, IdentityParams, Oversize};
pub use identity_report::{ConflictCount, FuzzyReport, GluedShape, IdentityReport, KeyReport, SizeCount};
pub use match_key::{Fuzzy, KeyForm, MatchKey};
pub use resolution::Resolution;

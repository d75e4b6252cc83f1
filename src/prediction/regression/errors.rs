//! Which standard errors the coefficients get.

use serde::{Deserialize, Serialize};

/// How the errors of coefficients are worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StandardErrors {
    /// `Cluster` where clusters are named, `Hc1` where rows have sampling weights or classes
    /// have weights, else `Model`. The default.
    #[default]
    Auto,
    /// Those of the model: right when its variance is.
    Model,
    /// Robust to unequal variances: White (1980), Econometrica 48(4), 817-838.
    Hc0,
    /// `Hc0` times n over the residual degrees of freedom: MacKinnon & White (1985).
    Hc1,
    /// Each squared residual over what its leverage leaves: MacKinnon & White (1985).
    Hc2,
    /// The same over its square, close to the jackknife: Davidson & MacKinnon (1993).
    Hc3,
    /// Robust to dependence within clusters: Liang & Zeger (1986), Biometrika 73(1), 13-22.
    Cluster,
}

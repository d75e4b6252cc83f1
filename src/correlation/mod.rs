//! How columns go together: what drives a target.

//! Decision: whom to contact, and what it earns.

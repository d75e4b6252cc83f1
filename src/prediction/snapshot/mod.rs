//! Snapshots: features of each customer as they were at a day, and what came after it.

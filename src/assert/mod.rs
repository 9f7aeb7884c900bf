//! Policies held against recordings. Pure.

pub mod sql;

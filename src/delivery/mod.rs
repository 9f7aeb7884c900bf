//! From session events to destinations: mapping so far.

mod cut;
pub mod map;
#[cfg(test)]
mod testing;

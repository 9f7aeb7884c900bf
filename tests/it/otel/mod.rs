//! `ddctl otel`: settings, their check, the receiver, and programs of other people.

mod check;
mod emitters;
mod env;
mod receive;

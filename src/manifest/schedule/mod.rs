//! When a run of what is new begins: the five fields of cron, and systemd's calendar events.

mod calendar;
mod cron;
mod times;

pub use calendar::Calendar;
pub use cron::Cron;

//! (room: datadog)

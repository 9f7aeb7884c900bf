//! (room: query)

//! (room: replay)

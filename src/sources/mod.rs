//! (room: sources)

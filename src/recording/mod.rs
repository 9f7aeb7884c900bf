//! (room: recording)

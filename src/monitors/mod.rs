//! (room: monitors)

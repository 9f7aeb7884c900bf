//! (room: delivery)

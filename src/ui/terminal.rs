//! The terminal device, for the player.

//! Choices that look random and follow from seed, number and purpose alone.

/// 64 well-mixed bits for `purpose` of session `index`.
///
/// The mixer is splitmix64's (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
pub fn draw(seed: u64, index: u64, purpose: &str) -> u64 {
    let start = purpose.bytes().fold(mix(seed), |state, byte| {
        mix(state.wrapping_add(u64::from(byte)))
    });
    mix(start ^ mix(index))
}

/// A number below `bound`, which must not be 0.
pub fn draw_below(seed: u64, index: u64, purpose: &str, bound: u64) -> u64 {
    draw(seed, index, purpose) % bound
}

/// One of `choices`, which must not be empty.
pub fn pick<T>(choices: &[&'static T], seed: u64, index: u64, purpose: &str) -> &'static T {
    let at = draw_below(seed, index, purpose, choices.len() as u64);
    choices[at as usize]
}

fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

//! Session ids that carry their session's number, scrambled by the seed.
//!
//! A get by id then needs no table: the number is read back out of the id, and an id that the world
//! never gave out fails its check bits.

use uuid::Uuid;

use super::draw::draw;

/// How many of a version 4 UUID's 122 free bits check the number.
const CHECK_BITS: u32 = 58;
const CHECK_SALT: &str = "id check";

/// The id of session `index`.
pub fn id_of(seed: u64, index: u64) -> Uuid {
    let payload = u128::from(scramble(seed, index)) << CHECK_BITS | u128::from(check(seed, index));
    let (high, middle, low) = (payload >> 74, payload >> 62 & 0xfff, payload & LOW_MASK);
    Uuid::from_u128(high << 80 | 0x4 << 76 | middle << 64 | 0b10 << 62 | low)
}

/// The number behind `id`, if this world's seed gave it out.
pub fn index_of(seed: u64, id: Uuid) -> Option<u64> {
    let bits = id.as_u128();
    let payload = bits >> 80 << 74 | (bits >> 64 & 0xfff) << 62 | bits & LOW_MASK;
    // 122 bits less 58 leave exactly 64.
    let index = unscramble(seed, (payload >> CHECK_BITS) as u64);
    (id_of(seed, index) == id).then_some(index)
}

const LOW_MASK: u128 = (1 << 62) - 1;

fn check(seed: u64, index: u64) -> u64 {
    draw(seed, index, CHECK_SALT) >> (64 - CHECK_BITS)
}

const ROUNDS: [&str; 4] = ["round 1", "round 2", "round 3", "round 4"];

/// A Feistel network over the two halves: a bijection whatever the round function is.
fn scramble(seed: u64, value: u64) -> u64 {
    let (mut left, mut right) = ((value >> 32) as u32, value as u32);
    for round in ROUNDS {
        (left, right) = (right, left ^ draw(seed, u64::from(right), round) as u32);
    }
    u64::from(left) << 32 | u64::from(right)
}

fn unscramble(seed: u64, value: u64) -> u64 {
    let (mut left, mut right) = ((value >> 32) as u32, value as u32);
    for round in ROUNDS.into_iter().rev() {
        (left, right) = (right ^ draw(seed, u64::from(left), round) as u32, left);
    }
    u64::from(left) << 32 | u64::from(right)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_comes_back_out_of_its_id(seed: u64, index: u64) {
            let id = id_of(seed, index);
            prop_assert_eq!(id.get_version_num(), 4);
            prop_assert_eq!(index_of(seed, id), Some(index));
        }

        #[test]
        fn a_foreign_id_belongs_to_no_session(seed: u64, bits: u128) {
            prop_assert_eq!(index_of(seed, Uuid::from_u128(bits)), None);
        }

        #[test]
        fn another_seed_gives_other_ids(seed: u64, index: u64) {
            prop_assert_ne!(id_of(seed, index), id_of(seed.wrapping_add(1), index));
        }
    }
}

//! The fuzz targets as plain tests: their corpus as it is, and a bounded run of mutations of it.
//! No panic, and neither the output nor the memory grows beyond a stated factor of the input.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

mod corpus;
mod memory;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use corpus::{Mutation, mutations, seeds};
use memory::peak_of;
use targets::{TARGETS, Target};

/// Mutated inputs for each target.
const CASES: u32 = 96;

/// The most memory that a target may take beside a factor of its input: the buffers of readers,
/// compiled patterns, and the grid of a screen of 1,000 by 1,000 cells.
const MEMORY: usize = 64 << 20;

/// The factor: events and lines are values of their own, of about a hundred bytes each.
const MEMORY_FACTOR: usize = 2_000;

fn check(target: &Target, input: &[u8]) {
    let peak = peak_of(|| target.check(input));
    let most = MEMORY + MEMORY_FACTOR * input.len();
    let (name, length) = (target.name, input.len());
    assert!(peak <= most, "{name}: {peak} bytes of memory for {length}");
}

#[test]
fn every_target_has_a_corpus_and_a_program() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for target in TARGETS {
        let name = target.name;
        assert_eq!(
            targets::target(name).factor,
            target.factor,
            "{name} is there twice"
        );
        assert!(!seeds(name).is_empty(), "fuzz/corpus/{name} is empty");
        let path = format!("path = \"fuzz_targets/{name}.rs\"");
        assert!(manifest.contains(&path), "fuzz/Cargo.toml has no {name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}

#[test]
fn no_input_of_the_corpus_breaks_a_target() {
    for target in TARGETS {
        for seed in seeds(target.name) {
            check(&target, &seed);
            for cut in [
                seed.len() / 3,
                seed.len() * 2 / 3,
                seed.len().saturating_sub(1),
            ] {
                check(&target, &seed[..cut]);
            }
        }
    }
}

#[test]
fn no_mutation_of_the_corpus_breaks_a_target() {
    for target in TARGETS {
        let seeds = seeds(target.name);
        let input = (any::<prop::sample::Index>(), mutations());
        let mut runner = TestRunner::new(Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        });
        let run = runner.run(&input, |(seed, mutations)| {
            let mut input = seed.get(&seeds).clone();
            mutations
                .iter()
                .for_each(|mutation| mutation.apply(&mut input));
            check(&target, &input);
            Ok(())
        });
        assert!(run.is_ok(), "{}: {}", target.name, run.unwrap_err());
    }
}

#[test]
fn what_begins_alike_and_repeats_without_end_stays_bounded() {
    for target in TARGETS {
        for seed in seeds(target.name) {
            let mut input = seed.clone();
            Mutation::Repeat(0, usize::MAX, 48 * 1024).apply(&mut input);
            check(&target, &input);
        }
    }
}

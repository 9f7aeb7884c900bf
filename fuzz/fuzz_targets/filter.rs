//! `filter` of the table in `src/lib.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ddctl_fuzz::target("filter").check(input));

#![no_main]

#[path = "../src/rfc2217.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::rfc2217(input));

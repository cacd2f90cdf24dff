//! Puts on the simulated board: each size, encoding and board; little memory; many files; what a cut-off put left.

mod bench;
mod boards;
mod faults;
mod little_memory;
mod losses;
mod many;
mod plans;
mod resumed;
mod trouble;

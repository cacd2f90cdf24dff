//! The engine against a board that says what a test wants it to say, script by script: what an operation makes of
//! answers that no simulated board would give.

mod board;
mod bounds;
mod carries;
mod changes;
mod entry;
mod helpers;
mod looks;
mod memory;
mod pairs;
mod put;
mod running;
mod self_test;
mod setbacks;
mod trees;

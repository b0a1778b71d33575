//! Sound as a telephone carries it: mu-law, in frames of twenty milliseconds.
//!
//! PURE: no socket, clock or randomness, and no idea of a call. Time is counted in frames. Numbers chosen here are those of the
//! telephone (8,000 samples a second, one channel) and of human speech.

pub mod activity;
pub mod frame;
pub mod level;
pub mod mulaw;
pub mod resample;
pub mod typed;

/// Samples a second on the telephone.
pub const RATE: usize = 8000;
pub const FRAME_MS: u64 = 20;
/// Samples, and bytes of mu-law, in one frame.
pub const FRAME: usize = 160;

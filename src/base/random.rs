//! Randomness as an argument.

/// Where random bytes come from. Tests use a seeded one, so that a failing run can be repeated.
pub trait Random: Send + Sync {
    /// A fresh 64-bit number, uniformly distributed.
    fn next_u64(&self) -> u64;
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn next_u64(&self) -> u64 {
        let mut bytes = [0u8; 8];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        u64::from_le_bytes(bytes)
    }
}

/// A repeatable sequence from a seed (SplitMix64), for simulation and tests.
#[derive(Debug)]
pub struct SeededRandom {
    state: std::sync::atomic::AtomicU64,
}

impl SeededRandom {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        SeededRandom { state: std::sync::atomic::AtomicU64::new(seed) }
    }
}

impl Random for SeededRandom {
    fn next_u64(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.state.fetch_add(STEP, std::sync::atomic::Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

//! SHA-256, the only hash that leaves the process: content identity of files, bundles and outputs.

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha(pub [u8; 32]);

impl Sha {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = ShaHasher::new();
        hasher.update(bytes);
        hasher.finish()
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what [`Sha::to_hex`] wrote; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut digest = [0u8; 32];
        for (i, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Sha(digest))
    }
}

impl std::fmt::Debug for Sha {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sha({})", &self.to_hex()[..12])
    }
}

/// A digest in the making, for bytes that arrive in pieces.
#[derive(Clone)]
pub struct ShaHasher(Sha256);

impl ShaHasher {
    /// The hasher of nothing yet.
    pub fn new() -> Self {
        ShaHasher(Sha256::new())
    }

    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces.
    pub fn finish(self) -> Sha {
        Sha(self.0.finalize().into())
    }
}

impl Default for ShaHasher {
    fn default() -> Self {
        Self::new()
    }
}

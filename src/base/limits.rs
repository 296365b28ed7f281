//! Every bound in one place. Each bound that a partner can hit has a finding of its own.

/// The bounds of one gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest message (transaction set, unit of a flat file) that is translated.
    pub message_bytes: usize,
    /// Longest segment or record.
    pub segment_bytes: usize,
    /// Most segments in a message.
    pub message_segments: u32,
    /// Most findings kept for one message; the rest is counted.
    pub message_findings: usize,
    /// Largest file taken in.
    pub file_bytes: u64,
    /// Deepest nesting of blocks and expressions in a mapping file.
    pub nesting: usize,
    /// Most messages per ledger commit.
    pub batch_messages: usize,
    /// Longest time a batch stays open.
    pub batch_ms: u64,
    /// Size of the pieces files are read in.
    pub chunk_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message_bytes: 16 << 20,
            segment_bytes: 1 << 20,
            message_segments: 1_000_000,
            message_findings: 100,
            file_bytes: 2 << 30,
            nesting: 64,
            batch_messages: 256,
            batch_ms: 50,
            chunk_bytes: 256 << 10,
        }
    }
}

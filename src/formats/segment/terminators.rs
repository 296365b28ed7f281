//! Where segments end in a piece of a file.

use super::delimiters::index_delimiters;
use super::dialect::Delimiters;

/// Longest stretch between two terminators; beyond it the framing is lost.
pub(super) const SEGMENT_BYTES_MAX: usize = 1 << 20;

/// The positions of segment terminators in a piece of a file, found in one pass over a window of it: segments are too
/// short to look for the end of each by itself.
#[derive(Default)]
pub(super) struct Terminators {
    positions: Vec<u32>,
    next: usize,
    /// Where in the piece the window begins.
    from: usize,
    /// One past its end.
    to: usize,
    /// The terminator that was looked for; `None` if the piece is a new one.
    terminator: Option<u8>,
}

/// A window: long beside a segment, and short beside the work that another terminator in the next interchange undoes.
pub(super) const WINDOW_BYTES: usize = 4 << 10;

impl Terminators {
    /// Another piece begins.
    pub(super) fn forget(&mut self) {
        self.terminator = None;
    }

    /// The length of the segment that starts at `at`, up to the first terminator that is not released; `None` if it does
    /// not end in the piece, or is longer than a segment may be. `at` only grows until another piece begins.
    pub(super) fn next(&mut self, piece: &[u8], at: usize, delimiters: &Delimiters) -> Option<usize> {
        if self.terminator != Some(delimiters.segment) {
            self.begin(at, delimiters.segment);
        }
        loop {
            while let Some(&position) = self.positions.get(self.next) {
                self.next += 1;
                let end = self.from + position as usize;
                if end >= at && !is_released(&piece[at..end], delimiters.release) {
                    return Some(end - at);
                }
            }
            if self.to >= piece.len() || self.to.saturating_sub(at) > SEGMENT_BYTES_MAX {
                return None;
            }
            (self.next, self.from) = (0, self.to.max(at));
            self.to = piece.len().min(self.from + WINDOW_BYTES);
            self.positions.clear();
            index_delimiters(&piece[self.from..self.to], [delimiters.segment; 1], &mut self.positions);
        }
    }

    /// How many segments from `at` on end in the window and are of no interest, and where the next one starts. One whose
    /// end is not clear at a glance is left to [`Terminators::next`].
    pub(super) fn pass(
        &mut self,
        piece: &[u8],
        at: usize,
        delimiters: &Delimiters,
        is_of_interest: impl Fn(&[u8]) -> bool,
    ) -> (u32, usize) {
        if self.terminator != Some(delimiters.segment) || at < self.from {
            return (0, at);
        }
        let (mut count, mut start) = (0, at);
        for &position in &self.positions[self.next..] {
            let end = self.from + position as usize;
            let Some(segment) = piece.get(start..end) else { break };
            let may_be_released =
                delimiters.release.is_some() && segment.last().copied() == delimiters.release;
            if may_be_released || is_of_interest(segment) {
                break;
            }
            (count, start) = (count + 1, end + 1);
        }
        self.next += count as usize;
        (count, start)
    }

    fn begin(&mut self, at: usize, terminator: u8) {
        self.positions.clear();
        (self.next, self.from, self.to, self.terminator) = (0, at, at, Some(terminator));
    }
}

/// Whether what follows `bytes` is released by their last one.
#[inline]
fn is_released(bytes: &[u8], release: Option<u8>) -> bool {
    let is_release = |byte: &&u8| Some(**byte) == release;
    bytes.iter().rev().take_while(is_release).count() % 2 == 1
}

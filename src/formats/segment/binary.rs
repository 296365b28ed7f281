//! Segments with data of any bytes in their last element, and before it the element that counts them: BIN and BDS of X12.
//! Nothing in the data separates.

use super::dialect::Delimiters;
use super::terminators::SEGMENT_BYTES_MAX;

/// A segment that carries data.
#[derive(Debug, PartialEq, Eq)]
pub struct Binary {
    /// Its tag.
    pub tag: &'static [u8],
    /// The position, from 1, of the element that says how many bytes the data have, which are the element behind it.
    pub length: usize,
}

/// Where a segment ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// At its terminator, as others do.
    Ordinary,
    /// That takes more bytes to tell.
    Unknown,
    /// Its data begin at the first of these, and the second is its terminator.
    Data(usize, usize),
    /// At its terminator, since no segment ends behind as many bytes as are told.
    Misfit(String),
}

/// Where the segment ends that `bytes` begin with. `is_end` says that no more will come.
pub(super) fn extent(bytes: &[u8], delimiters: &Delimiters, is_end: bool) -> Extent {
    let separator = delimiters.element;
    let begins =
        |known: &&Binary| bytes.strip_prefix(known.tag).is_some_and(|rest| rest.first() == Some(&separator));
    let Some(binary) = delimiters.binary.iter().find(begins) else { return Extent::Ordinary };
    let of_elements = memchr::memchr2_iter(separator, delimiters.segment, bytes).take(binary.length + 1);
    let marks: Vec<usize> = of_elements.collect();
    let is_cut = marks.iter().any(|&at| bytes[at] == delimiters.segment);
    let (&[.., before, behind], false) = (marks.as_slice(), is_cut || marks.len() <= binary.length) else {
        return if is_cut || is_end { Extent::Ordinary } else { Extent::Unknown };
    };
    let written = &bytes[before + 1..behind];
    let length = std::str::from_utf8(written).ok().and_then(|length| length.parse::<usize>().ok());
    let end = length.filter(|length| *length < SEGMENT_BYTES_MAX).map(|length| behind + 1 + length);
    match end.map(|end| (end, bytes.get(end))) {
        Some((end, Some(&byte))) if byte == delimiters.segment => Extent::Data(behind + 1, end),
        Some((_, None)) if !is_end => Extent::Unknown,
        _ => Extent::Misfit(String::from_utf8_lossy(&written[..written.len().min(99)]).into_owned()),
    }
}

/// Whether `bytes` may have segments with data.
pub(super) fn has_data(bytes: &[u8], delimiters: &Delimiters) -> bool {
    delimiters.binary.iter().any(|binary| {
        let begin = [binary.tag, &[delimiters.element]].concat();
        memchr::memmem::find(bytes, &begin).is_some()
    })
}

/// How many segments end in `bytes`, which begin with one and, where there are data, end with one.
pub(crate) fn count_segments(bytes: &[u8], delimiters: &Delimiters) -> u64 {
    if !has_data(bytes, delimiters) {
        return memchr::memchr_iter(delimiters.segment, bytes).count() as u64;
    }
    let (mut rest, mut count) = (bytes, 0);
    while !rest.is_empty() {
        let segment = rest.trim_ascii_start();
        let end = match extent(segment, delimiters, true) {
            Extent::Data(_, end) => Some(end),
            _ => memchr::memchr(delimiters.segment, segment),
        };
        let Some(end) = end else { break };
        (rest, count) = (&segment[end + 1..], count + 1);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{Extent, count_segments, extent};
    use crate::formats::x12::DELIMITERS;

    #[test]
    fn the_end_is_where_the_length_says_if_a_terminator_stands_there() {
        let of = |text: &str| extent(text.as_bytes(), &DELIMITERS, false);
        assert_eq!(of("BIN*5*a*~b~~SE*"), Extent::Data(6, 11));
        assert_eq!(of("BDS*ASC*2*~~~"), Extent::Data(10, 12));
        assert_eq!(of("BIN*0*~"), Extent::Data(6, 6));
        assert_eq!(of("BIN*5*a~"), Extent::Unknown);
        assert_eq!(of("BIN*5"), Extent::Unknown);
        assert_eq!(of("BIN*5*abcdef~"), Extent::Misfit("5".into()));
        assert_eq!(of("BIN*many*abcdef~"), Extent::Misfit("many".into()));
        assert_eq!(of("BIN*5~BIG*1*2~"), Extent::Ordinary);
        assert_eq!(of("BINS*5*abcdef~"), Extent::Ordinary);
        assert_eq!(extent(b"BIN*5*a~", &DELIMITERS, true), Extent::Misfit("5".into()));
        assert_eq!(extent(b"BIN*5", &DELIMITERS, true), Extent::Ordinary);
    }

    #[test]
    fn segments_are_counted_without_what_stands_in_data() {
        assert_eq!(count_segments(b"BGN*1~\nBIN*4*~~~~~\nBIN*9*~N1*A~", &DELIMITERS), 4);
        assert_eq!(count_segments(b"BGN*1~BINS*1*~N1*A~", &DELIMITERS), 3);
    }
}

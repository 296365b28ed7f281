//! The positions of all delimiters of a stretch of bytes, 16 bytes at a time: the first of the two stages of reading.

/// Appends the position of every byte of `bytes` that is one of `delimiters`, ascending. A delimiter that is not
/// wanted repeats another one. `bytes` is shorter than 4 GiB.
pub fn index_delimiters<const N: usize>(bytes: &[u8], delimiters: [u8; N], positions: &mut Vec<u32>) {
    let (blocks, rest) = bytes.as_chunks::<64>();
    for (i, block) in blocks.iter().enumerate() {
        let mut mask = block_mask(block, delimiters);
        let base = (i * 64) as u32;
        while mask != 0 {
            positions.push(base + mask.trailing_zeros());
            mask &= mask - 1;
        }
    }
    let base = blocks.len() * 64;
    for (i, byte) in rest.iter().enumerate() {
        if delimiters.contains(byte) {
            positions.push((base + i) as u32);
        }
    }
}

/// A bit for each byte of the block that is a delimiter, the first byte in the lowest bit.
#[inline]
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "the one place where it is allowed; the argument stands beside it")]
pub fn block_mask<const N: usize>(block: &[u8; 64], delimiters: [u8; N]) -> u64 {
    // SAFETY: the function needs SSE2 and nothing else, and SSE2 is part of x86_64.
    unsafe { block_mask_sse2(block, delimiters) }
}

#[inline]
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
fn block_mask_sse2<const N: usize>(block: &[u8; 64], delimiters: [u8; N]) -> u64 {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm_setzero_si128,
    };
    // A loop, because a call to map an array is made again for each block.
    let mut wanted = [_mm_setzero_si128(); N];
    for (all, byte) in wanted.iter_mut().zip(delimiters) {
        *all = _mm_set1_epi8(byte as i8);
    }
    let (quarters, _) = block.as_chunks::<16>();
    let mut mask = 0u64;
    for (i, quarter) in quarters.iter().enumerate() {
        let whole = u128::from_le_bytes(*quarter);
        let bytes = _mm_set_epi64x((whole >> 64) as i64, whole as i64);
        let mut found = _mm_setzero_si128();
        for byte in wanted {
            found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, byte));
        }
        let bits = _mm_movemask_epi8(found) as u16;
        mask |= u64::from(bits) << (16 * i);
    }
    mask
}

#[inline]
#[cfg(not(target_arch = "x86_64"))]
pub fn block_mask<const N: usize>(block: &[u8; 64], delimiters: [u8; N]) -> u64 {
    block.iter().enumerate().fold(0, |mask, (i, byte)| mask | u64::from(delimiters.contains(byte)) << i)
}

#[cfg(test)]
mod tests {
    use super::index_delimiters;

    #[test]
    fn every_position_is_found_whatever_the_length() {
        let text: Vec<u8> = (0..1000u32).map(|i| b"ab*c~:d"[(i * i % 7) as usize]).collect();
        for length in [0, 1, 15, 16, 63, 64, 65, 128, 999, 1000] {
            let mut found = Vec::new();
            index_delimiters(&text[..length], [b'*', b'~', b':', b'*'], &mut found);
            let expected: Vec<u32> =
                (0..length).filter(|&i| b"*~:".contains(&text[i])).map(|i| i as u32).collect();
            assert_eq!(found, expected, "length {length}");
        }
    }
}

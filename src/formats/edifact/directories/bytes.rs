//! Numbers and texts of packed directories, read in the order they were written.

/// What is written one after the other.
#[derive(Debug, Default)]
pub struct Writer {
    /// So far.
    pub bytes: Vec<u8>,
}

impl Writer {
    /// Seven bits in a byte, the lowest first.
    pub fn number(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Its length, and its bytes.
    pub fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// What is left to read. Every method is `None` where the bytes are not what a [`Writer`] made.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The rest.
    pub rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A number.
    pub fn number(&mut self) -> Option<usize> {
        let mut number = 0_usize;
        for shift in (0..usize::BITS).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// So many bytes.
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// A text.
    pub fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};

    #[test]
    fn what_was_written_is_read() {
        let mut writer = Writer::default();
        let numbers = [0, 1, 127, 128, 16_383, 16_384, usize::MAX];
        numbers.iter().for_each(|&number| writer.number(number));
        writer.text("Größe");
        let mut reader = Reader { rest: &writer.bytes };
        assert_eq!(numbers.map(|_| reader.number()), numbers.map(Some));
        assert_eq!((reader.text(), reader.text(), reader.rest), (Some("Größe"), None, &b""[..]));
    }

    #[test]
    fn bytes_of_no_writer_are_told() {
        assert_eq!(Reader { rest: &[0xff; 20] }.number(), None);
        assert_eq!(Reader { rest: &[5, b'a'] }.text(), None);
        assert_eq!(Reader { rest: &[1, 0xff] }.text(), None);
    }
}

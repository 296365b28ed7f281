//! The text of one message, whatever its characters are coded in, and where its places are in the file.

use super::encoding::Encoding;
use super::index::Head;
use super::tokens::{self, Broken};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::formats::MessageInput;
use crate::formats::charset::Charset;
use crate::formats::nested::{LINE, Names, Tokens};

/// A message as text.
pub(in crate::formats) struct Source<'a> {
    /// What tokens point into.
    pub(in crate::formats) text: &'a str,
    /// Where the message starts in the file, and its length there.
    offset: u64,
    length: usize,
    /// Of a message that had to be decoded.
    steps: Option<Steps<'a>>,
}

impl<'a> Source<'a> {
    /// The text of a message, in `memory` if it had to be decoded.
    pub(in crate::formats) fn of(
        input: &MessageInput<'a>,
        memory: &'a mut String,
        findings: &mut Diagnostics,
    ) -> Self {
        let head = Head::of(input.head);
        memory.clear();
        let own = match head.encoding {
            Encoding::Narrow(Charset::Utf8) => std::str::from_utf8(input.bytes).ok(),
            _ => None,
        };
        if own.is_none() && head.encoding.decode(input.bytes, memory).is_err() {
            let place = Place { offset: input.offset, length: input.bytes.len() as u32, ..Place::default() };
            findings.push(Diagnostic::new(Code::X260).with("charset", head.encoding.name()).place(place));
        }
        let text = own.unwrap_or(&*memory);
        let steps = own.is_none().then(|| Steps::of(head.encoding, text));
        Source { text, offset: input.offset, length: input.bytes.len(), steps }
    }

    /// Whether it stands in the file as it is, so that values may point into that.
    pub(in crate::formats) fn is_own(&self) -> bool {
        self.steps.is_none()
    }

    /// Where a byte of the text is in the message as it stands in the file.
    pub(in crate::formats) fn original(&self, at: u32) -> u32 {
        match &self.steps {
            None => at,
            Some(steps) => steps.bytes_before(at as usize).min(self.length) as u32,
        }
    }

    /// Cuts it into tokens, as far as it can be read.
    pub(in crate::formats) fn tokens(
        &self,
        names: &Names,
        input: &MessageInput<'_>,
        tokens: &mut Tokens,
    ) -> Option<Broken> {
        let head = Head::of(input.head);
        tokens::tokenize(names, head.tags, self.text, head.lines, tokens)
    }

    /// The finding about the place where it cannot be read further.
    pub(in crate::formats) fn finding(&self, broken: &Broken) -> Diagnostic {
        let at = self.original(broken.at as u32);
        Diagnostic::new(broken.code).with("found", &broken.text).place(Place {
            offset: self.offset + u64::from(at),
            segment: broken.line,
            tag: LINE.into(),
            ..Place::default()
        })
    }
}

/// How many bytes of the file are before a place of a text that was decoded.
struct Steps<'a> {
    encoding: Encoding,
    text: &'a str,
    /// Every so many bytes, a place in the text and the bytes before it.
    steps: Vec<(usize, usize)>,
}

/// Bytes from one step to the next.
const STEP_BYTES: usize = 1024;

impl<'a> Steps<'a> {
    fn of(encoding: Encoding, text: &'a str) -> Self {
        let (mut steps, mut at, mut before) = (vec![(0, 0)], 0, 0);
        while at + STEP_BYTES < text.len() {
            let next = floor(text, at + STEP_BYTES);
            before += encoding.bytes_of(&text[at..next]);
            at = next;
            steps.push((at, before));
        }
        Steps { encoding, text, steps }
    }

    fn bytes_before(&self, at: usize) -> usize {
        let at = floor(self.text, at);
        let step = self.steps.partition_point(|(place, _)| *place <= at).saturating_sub(1);
        let (place, before) = self.steps[step];
        before + self.encoding.bytes_of(&self.text[place..at])
    }
}

/// The start of the character at a byte of a text, or the text's end.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

//! The file of an answer while it is written: bodies of a syntax's own making, surrounded by the layout.

use super::GatewayError;
use super::spool::Writing;
use crate::diagnostics::{Diagnostics, Severity};
use crate::exchange::acknowledge::{AcknowledgedGroup, AcknowledgedMessage};
use crate::exchange::answering::{AnswerWriter, Each};
use crate::formats::{Envelope, Layout};

/// An answer on its way into its file.
pub(super) struct AnswerFile<'a> {
    layout: &'a dyn Layout,
    envelope: &'a Envelope,
    file: Writing,
    each: Each,
    writer: Box<dyn AnswerWriter + 'a>,
    /// What is not yet in the file.
    piece: Vec<u8>,
    findings: Diagnostics,
    /// Bodies begun.
    count: u32,
    /// Segments of the body at hand, without those around it.
    segments: u64,
}

impl<'a> AnswerFile<'a> {
    /// An answer in `file`, which has begun.
    pub(super) fn begin(
        layout: &'a dyn Layout,
        envelope: &'a Envelope,
        file: Writing,
        each: Each,
        writer: Box<dyn AnswerWriter + 'a>,
    ) -> Result<Self, GatewayError> {
        let mut answer = AnswerFile {
            layout,
            envelope,
            file,
            each,
            writer,
            piece: Vec::new(),
            findings: Diagnostics::new(),
            count: 0,
            segments: 0,
        };
        if each == Each::Interchange {
            answer.open_body()?;
        }
        answer.writer.begin(&mut answer.piece, &mut answer.findings);
        Ok(answer)
    }

    /// A group begins. Says whether it is answered.
    pub(super) fn begin_group(&mut self, group: AcknowledgedGroup) -> Result<bool, GatewayError> {
        let is_answered = self.writer.begin_group(group, &mut self.piece, &mut self.findings);
        if is_answered && self.each == Each::Group {
            self.open_body()?;
        }
        Ok(is_answered)
    }

    /// The next messages of the group.
    pub(super) fn messages(
        &mut self,
        messages: impl Iterator<Item = AcknowledgedMessage>,
    ) -> Result<(), GatewayError> {
        for message in messages {
            self.writer.message(&message, &mut self.piece, &mut self.findings);
        }
        self.flush()
    }

    /// The group ends.
    pub(super) fn end_group(&mut self) -> Result<(), GatewayError> {
        self.writer.end_group(&mut self.piece, &mut self.findings);
        match self.each {
            Each::Group => self.close_body(),
            Each::Interchange => self.flush(),
        }
    }

    /// Everything was answered. The file with the number of its bodies, or why it must not be sent.
    pub(super) fn end(mut self) -> Result<Result<(Writing, u32), String>, GatewayError> {
        self.writer.end(&mut self.piece, &mut self.findings);
        if self.each == Each::Interchange {
            self.close_body()?;
        }
        let refused = self.findings.as_slice().iter().find(|finding| finding.severity >= Severity::Hold);
        Ok(match refused {
            Some(finding) => Err(finding.title()),
            None if self.count == 0 => Err("it has no group to answer".into()),
            None => Ok((self.file, self.count)),
        })
    }

    fn open_body(&mut self) -> Result<(), GatewayError> {
        self.count += 1;
        self.segments = 0;
        let mut head = Vec::new();
        self.layout.begin_body(self.envelope, self.count, &mut head);
        self.file.write(&head)
    }

    fn flush(&mut self) -> Result<(), GatewayError> {
        self.segments += self.layout.segments_in(&self.piece);
        self.file.write(&self.piece)?;
        self.piece.clear();
        Ok(())
    }

    fn close_body(&mut self) -> Result<(), GatewayError> {
        self.flush()?;
        self.layout.end_body(self.envelope, self.count, self.segments, &mut self.piece);
        self.file.write(&self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

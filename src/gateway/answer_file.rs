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
    /// Who writes about the interchange at hand.
    writer: Option<Box<dyn AnswerWriter + 'a>>,
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
    pub(super) fn begin(layout: &'a dyn Layout, envelope: &'a Envelope, file: Writing, each: Each) -> Self {
        AnswerFile {
            layout,
            envelope,
            file,
            each,
            writer: None,
            piece: Vec::new(),
            findings: Diagnostics::new(),
            count: 0,
            segments: 0,
        }
    }

    /// The answer to an interchange begins.
    pub(super) fn begin_interchange(
        &mut self,
        mut writer: Box<dyn AnswerWriter + 'a>,
    ) -> Result<(), GatewayError> {
        if self.each == Each::Interchange {
            self.open_body()?;
        }
        writer.begin(&mut self.piece, &mut self.findings);
        self.writer = Some(writer);
        Ok(())
    }

    /// A group begins. Says whether it is answered.
    pub(super) fn begin_group(&mut self, group: AcknowledgedGroup) -> Result<bool, GatewayError> {
        let Some(writer) = &mut self.writer else { return Ok(false) };
        let is_answered = writer.begin_group(group, &mut self.piece, &mut self.findings);
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
        let Some(writer) = &mut self.writer else { return Ok(()) };
        for message in messages {
            writer.message(&message, &mut self.piece, &mut self.findings);
        }
        self.flush()
    }

    /// The group ends.
    pub(super) fn end_group(&mut self) -> Result<(), GatewayError> {
        if let Some(writer) = &mut self.writer {
            writer.end_group(&mut self.piece, &mut self.findings);
        }
        match self.each {
            Each::Group => self.close_body(),
            Each::Interchange => self.flush(),
        }
    }

    /// The interchange ends.
    pub(super) fn end_interchange(&mut self) -> Result<(), GatewayError> {
        if let Some(mut writer) = self.writer.take() {
            writer.end(&mut self.piece, &mut self.findings);
        }
        match self.each {
            Each::Interchange => self.close_body(),
            Each::Group => Ok(()),
        }
    }

    /// Everything was answered. The file with the number of its bodies, or why it must not be sent.
    pub(super) fn end(self) -> Result<(Writing, u32), String> {
        let refused = self.findings.as_slice().iter().find(|finding| finding.severity >= Severity::Hold);
        match refused {
            Some(finding) => Err(finding.title()),
            None if self.count == 0 => Err("it has no group to answer".into()),
            None => Ok((self.file, self.count)),
        }
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

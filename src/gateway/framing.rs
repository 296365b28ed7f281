//! Rows of the index pass on their way into the ledger, and faults of framing on their way back.

use crate::base::hash::Sha;
use crate::diagnostics::{Diagnostic, codes};
use crate::formats::{Fault, Row};
use crate::ledger::{IndexRow, InterchangeKey, Reason};

/// A fault as a reason: the finding's code, and what stands there and what should, in words that can be read back.
pub(super) fn reason(fault: &Fault) -> Reason {
    let detail = format!("`{}` where `{}` should be, at byte {}", fault.found, fault.expected, fault.offset);
    Reason::new(fault.code.text()).detail(detail)
}

/// The finding behind a reason made by [`reason`]; `None` for any other.
pub(super) fn finding(reason: &Reason) -> Option<Diagnostic> {
    let code = codes::find(&reason.code)?.code;
    let (rest, offset) = reason.detail.rsplit_once(", at byte ")?;
    let (found, expected) = rest.strip_prefix('`')?.strip_suffix("` should be")?.split_once("` where `")?;
    let place = Fault::place(code, offset.parse().ok()?);
    Some(Diagnostic::new(code).with("found", found).with("expected", expected).place(place))
}

/// A reason as people read it.
pub fn told(reason: &Reason) -> String {
    match finding(reason) {
        Some(finding) => format!("{}: {}", finding.code.text(), finding.title()),
        None => reason.to_string(),
    }
}

/// Turns rows of one file into rows of the ledger. The ledger wants every group ended, also one that was cut off.
#[derive(Default)]
pub(super) struct Framing {
    syntax: String,
    interchange_offset: u64,
    group_is_open: bool,
}

impl Framing {
    /// Rows of a file of the format `syntax`.
    pub(super) fn new(syntax: &str) -> Self {
        Framing { syntax: syntax.into(), ..Framing::default() }
    }

    /// Appends what `row` is in the ledger. `hash` gives the hash of a range of the file.
    pub(super) fn take<E>(
        &mut self,
        row: &Row,
        out: &mut Vec<IndexRow>,
        hash: impl FnOnce(u64, u64) -> Result<Sha, E>,
    ) -> Result<(), E> {
        match row {
            Row::Interchange(row) => {
                self.interchange_offset = row.offset;
                out.push(IndexRow::InterchangeStart {
                    ordinal: row.ordinal,
                    key: InterchangeKey {
                        syntax: self.syntax.clone(),
                        sender: row.sender.clone(),
                        receiver: row.receiver.clone(),
                        control_number: row.control_number.clone(),
                        test: row.is_test,
                    },
                    release: row.version.clone(),
                    offset: row.offset,
                });
            }
            Row::Group(row) => {
                self.group_is_open = true;
                out.push(IndexRow::GroupStart {
                    functional_id: row.functional_id.clone(),
                    control_number: row.control_number.clone(),
                    sender: row.sender.clone(),
                    receiver: row.receiver.clone(),
                    version: row.version.clone(),
                });
            }
            Row::Message(row) => out.push(IndexRow::Message {
                ordinal: row.ordinal,
                kind: row.kind.clone(),
                version: row.version.clone(),
                control_number: row.control_number.clone(),
                offset: row.offset,
                length: row.length,
                fault: row.fault.as_ref().map(reason),
            }),
            Row::GroupEnd { fault } => {
                self.group_is_open = false;
                out.push(IndexRow::GroupEnd { fault: fault.as_ref().map(reason) });
            }
            Row::InterchangeEnd { end, fault } => {
                if std::mem::take(&mut self.group_is_open) {
                    out.push(IndexRow::GroupEnd { fault: None });
                }
                let length = end - self.interchange_offset;
                let sha = hash(self.interchange_offset, length)?;
                out.push(IndexRow::InterchangeEnd { length, sha, fault: fault.as_ref().map(reason) });
            }
            Row::Finding(_) | Row::Unclaimed { .. } => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Code;

    #[test]
    fn a_fault_can_be_read_back_from_its_reason() {
        let fault = Fault {
            code: Code::X304,
            standard_code: "4",
            found: "9".into(),
            expected: "`8`".into(),
            offset: 77,
        };
        assert_eq!(finding(&reason(&fault)), Some(fault.diagnostic()));
        assert_eq!(finding(&Reason::new("X304")), None);
    }
}

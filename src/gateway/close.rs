//! The end of an intake: nothing left to do, then its segments gone and its bytes in the archive.

use super::{Gateway, GatewayError};

/// Most intakes handled in one step.
const STEP_INTAKES: usize = 64;

impl Gateway {
    /// Closes and archives intakes. Says whether there were any.
    pub(super) fn close_some(&mut self) -> Result<bool, GatewayError> {
        let closable = self.ledger.closable_intakes(STEP_INTAKES)?;
        for &intake in &closable {
            self.ledger.close_intake(intake, self.clock.now())?;
        }
        let archivable = self.ledger.archivable_intakes(STEP_INTAKES)?;
        if !archivable.is_empty() {
            // Before their last commit: after a crash it is done again.
            self.spool.remove_segments(&archivable.iter().map(|intake| intake.id).collect::<Vec<_>>())?;
        }
        for intake in &archivable {
            let path = self.spool.archive(intake)?;
            self.ledger.archived(intake.id, path, self.clock.now())?;
        }
        Ok(!closable.is_empty() || !archivable.is_empty())
    }
}

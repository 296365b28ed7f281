//! What people do with messages: have them tried again, put them aside, look at them.

use super::{Gateway, GatewayError};
use crate::ledger::{DeliveryId, IntakeId, MessageFilter, MessageId, MessageLine, MessageStory, Reason};

impl Gateway {
    /// Has a message that is held or refused translated again, with the configuration in use.
    ///
    /// # Errors
    /// [`crate::ledger::LedgerError::Conflict`] if the message is not in such a state.
    pub fn retry(&mut self, message: MessageId, who: &str) -> Result<(), GatewayError> {
        let bundle = self.active_bundle()?.hash;
        Ok(self.ledger.retry(message, bundle, who.into(), self.clock.now())?)
    }

    /// As [`Gateway::retry`], for a message that is a repeat, or is held because it may be one: it is processed although it
    /// came before.
    ///
    /// # Errors
    /// [`crate::ledger::LedgerError::Conflict`] if the message is not in such a state.
    pub fn retry_repeat(&mut self, message: MessageId, who: &str) -> Result<(), GatewayError> {
        self.ledger.permit(message, who.into())?;
        self.retry(message, who)
    }

    /// Has a file that was set aside before it was split read again, with the configuration in use.
    ///
    /// # Errors
    /// [`crate::ledger::LedgerError::Conflict`] if it was split, or is not set aside.
    pub fn retry_intake(&mut self, intake: IntakeId, who: &str) -> Result<(), GatewayError> {
        let bundle = self.active_bundle()?.hash;
        Ok(self.ledger.retry_intake(intake, bundle, who.into(), self.clock.now())?)
    }

    /// Puts a message that is held or quarantined aside for good.
    ///
    /// # Errors
    /// [`crate::ledger::LedgerError::Conflict`] if the message is not in such a state.
    pub fn discard(&mut self, message: MessageId, why: &str, who: &str) -> Result<(), GatewayError> {
        let reason = Reason::new("discarded").detail(why);
        Ok(self.ledger.discard(message, reason, who.into(), self.clock.now())?)
    }

    /// Sends a delivery that stopped once more, as it was planned.
    ///
    /// # Errors
    /// [`crate::ledger::LedgerError::Conflict`] if it is not quarantined and its outcome is known.
    pub fn deliver_again(&mut self, delivery: DeliveryId, who: &str) -> Result<(), GatewayError> {
        Ok(self.ledger.deliver_again(delivery, who.into(), self.clock.now())?)
    }

    /// Messages, newest first.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageLine>, GatewayError> {
        Ok(self.ledger.list_messages(filter)?)
    }

    /// All that is known about a message.
    ///
    /// # Errors
    /// [`crate::ledger::LedgerError::Missing`] if there is none.
    pub fn story(&self, message: MessageId) -> Result<MessageStory, GatewayError> {
        Ok(self.ledger.message_story(message)?)
    }
}

//! Files of all that comes within a time. What such a file is made of stands in the ledger from the moment its first
//! output is committed, with the moment it ends: a process that dies changes neither.

use super::{Gateway, GatewayError};
use crate::base::clock::{Monotonic, Timestamp};
use crate::ledger::{CollectionId, Gathering};

/// Most collections closed in one commit.
const STEP_COLLECTIONS: usize = 256;

impl Gateway {
    /// Plans a collection that is closed, or closes those whose time is over. Says whether there was any.
    pub(super) fn collect_some(&mut self) -> Result<bool, GatewayError> {
        match self.ledger.closed_collection()? {
            Some(collection) if collection.gathering == Gathering::Gathered => {
                self.plan_gathered(&collection).map(|()| true)
            }
            Some(collection) => self.plan_collection(collection.id).map(|()| true),
            None => self.close_until(self.clock.now()),
        }
    }

    /// Closes every collection that is open, and has every answer leave that waits for others, whatever time is left, as when nothing will come any more. Says whether there
    /// was any; the next steps plan and deliver them.
    ///
    /// # Errors
    /// If the ledger fails.
    pub fn close_collections(&mut self) -> Result<bool, GatewayError> {
        let mut was_any = self.close_answers();
        while self.close_until(Timestamp::from_unix_ms(i64::MAX))? {
            was_any = true;
        }
        Ok(was_any)
    }

    fn close_until(&mut self, moment: Timestamp) -> Result<bool, GatewayError> {
        let due = self.ledger.due_collections(moment, STEP_COLLECTIONS)?;
        if due.is_empty() {
            return Ok(false);
        }
        self.ledger.close_collections(due, self.clock.now())?;
        Ok(true)
    }

    /// A file of the outputs of a collection, in the order they came.
    fn plan_collection(&mut self, collection: CollectionId) -> Result<(), GatewayError> {
        let Some(first) = self.ledger.collected_outputs(collection, None, 1)?.pop() else {
            let detail = "it has no outputs".to_string();
            return Err(GatewayError::Damaged { what: format!("collection {collection}"), detail });
        };
        self.plan_together(&first, Some(collection), &|ledger, after, limit| {
            ledger.collected_outputs(collection, after, limit)
        })
    }

    /// When the time of the next collection is over.
    pub(super) fn next_collection(&self) -> Result<Option<Monotonic>, GatewayError> {
        Ok(self.ledger.next_collection()?.map(|moment| self.clock.when(moment)))
    }
}

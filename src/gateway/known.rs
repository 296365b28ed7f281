//! What maps look up: earlier documents of the same client.

use super::{GatewayError, documents};
use crate::ledger::Ledger;
use crate::mapping::plan::EarlierPlan;
use crate::mapping::{Found, Plan};
use crate::tree::View;

/// The documents of a client.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) ledger: &'a dyn Ledger,
    /// The client's folder.
    pub(super) client: &'a str,
    /// Whether who looks them up is a test: tests and production never see each other.
    pub(super) is_test: bool,
}

impl Known<'_> {
    /// What the plan's `earlier` lines find.
    pub(super) fn earlier(
        self,
        plan: &Plan,
        keys: Vec<Option<Vec<(String, String)>>>,
    ) -> Result<Vec<Found>, GatewayError> {
        let lines = plan.earlier.iter().zip(keys);
        lines
            .map(|(line, keys)| match keys {
                Some(keys) => self.find(line, keys),
                None => Ok(Found::None),
            })
            .collect()
    }

    /// What one line finds.
    pub(super) fn find(self, line: &EarlierPlan, keys: Vec<(String, String)>) -> Result<Found, GatewayError> {
        let mut found =
            self.ledger.find_documents(self.client.into(), line.document.clone(), keys, self.is_test)?;
        if line.is_newest {
            found.truncate(1);
        }
        let mut trees = Vec::with_capacity(found.len());
        for document in found {
            trees.push(documents::load_whole(&document, &line.shape)?);
        }
        let mut standing = documents::standing(trees, |tree| View::new(tree, ""), &line.shape);
        Ok(match standing.len() {
            0 => Found::None,
            1 => Found::One(standing.remove(0)),
            several => Found::Several(several),
        })
    }
}

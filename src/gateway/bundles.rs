//! The configuration in use, and those that intakes are pinned to.
//!
//! A configuration is stored by its hash before anything is translated with it, so that a restart can compile it again
//! whatever was edited since. One that is not sound is never activated: the last one stays in use.

use super::bundle::{self, Bundle, Keep, MappingFiles};
use super::spool::Spool;
use super::{Gateway, GatewayError};
use crate::base::hash::Sha;
use crate::base::span::Sources;
use crate::diagnostics::Diagnostics;
use crate::ledger as stored;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::sync::Arc;

/// Largest stored configuration.
const STORED_BYTES_MAX: usize = 256 << 20;

/// Compiled configurations by hash.
#[derive(Default)]
pub(super) struct Bundles {
    by_hash: HashMap<Sha, Arc<Bundle>>,
    active: Option<Arc<Bundle>>,
}

/// What became of a configuration that was to be activated.
pub enum Activation {
    /// It is the active one now; the findings are warnings.
    Active(Diagnostics, Sources),
    /// It has errors; the last one stays in use.
    Refused(Diagnostics, Sources),
}

impl Gateway {
    /// Compiles a configuration and takes it over as a whole if it is sound. What came in before keeps the one it is
    /// pinned to.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub fn activate(&mut self, files: &MappingFiles) -> Result<Activation, GatewayError> {
        let names: Vec<String> = self.settings.endpoints.keys().cloned().collect();
        let files = bundle::in_environment(files, self.settings.environment);
        let (compiled, sources, findings) = bundle::compile_and_keep(Keep::Used, &files, Some(&names));
        let Some(bundle) = compiled else { return Ok(Activation::Refused(findings, sources)) };
        self.activate_compiled(&files, Arc::new(bundle))?;
        Ok(Activation::Active(findings, sources))
    }

    /// Takes over a configuration that was compiled from `files`.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub fn activate_compiled(
        &mut self,
        files: &MappingFiles,
        bundle: Arc<Bundle>,
    ) -> Result<(), GatewayError> {
        let hash = bundle.hash;
        if self.ledger.active_bundle()?.is_none_or(|active| active.hash != hash) {
            let path = format!("bundles/{}.json", hash.to_hex());
            store(&self.spool, &path, files)?;
            self.ledger.remember_bundle(hash, path, self.clock.now())?;
        }
        self.bundles.by_hash.insert(hash, bundle.clone());
        self.bundles.active = Some(bundle);
        Ok(())
    }

    /// Takes over the configuration that was activated last, as it is stored, and says since when it is the one. `None`
    /// if there never was one.
    ///
    /// # Errors
    /// [`GatewayError::Settings`] if what is stored does not compile any more.
    pub fn activate_last(&mut self) -> Result<Option<stored::Bundle>, GatewayError> {
        let Some(last) = self.ledger.active_bundle()? else { return Ok(None) };
        let bundle = self.bundle(last.hash)?;
        self.bundles.active = Some(bundle);
        Ok(Some(last))
    }

    /// The configuration in use.
    ///
    /// # Errors
    /// [`GatewayError::Settings`] before the first one was activated.
    pub fn active_bundle(&self) -> Result<Arc<Bundle>, GatewayError> {
        self.bundles
            .active
            .clone()
            .ok_or_else(|| GatewayError::Settings("no configuration was activated yet".into()))
    }

    /// The configuration with this hash, from memory or compiled again.
    pub(super) fn bundle(&mut self, hash: Sha) -> Result<Arc<Bundle>, GatewayError> {
        if let Some(bundle) = self.bundles.by_hash.get(&hash) {
            return Ok(bundle.clone());
        }
        let lost = |why: String| {
            GatewayError::Settings(format!("the configuration {} is pinned and {why}", hash.to_hex()))
        };
        let stored = self.ledger.bundle(hash)?.ok_or_else(|| lost("not known".into()))?;
        let bytes = self.spool.read(&self.spool.at(&stored.path), 0, STORED_BYTES_MAX)?;
        let files: MappingFiles = serde_json::from_slice(&bytes).map_err(|error| lost(error.to_string()))?;
        let (compiled, _, findings) = bundle::compile_and_keep(Keep::Used, &files, None);
        let first = || findings.as_slice().first().map(|finding| finding.title()).unwrap_or_default();
        let bundle = compiled.ok_or_else(|| lost(format!("does not compile any more: {}", first())))?;
        if bundle.hash != hash {
            return Err(lost("its stored files are other ones".into()));
        }
        let bundle = Arc::new(bundle);
        self.bundles.by_hash.insert(hash, bundle.clone());
        Ok(bundle)
    }
}

fn store(spool: &Spool, path: &str, files: &MappingFiles) -> Result<(), GatewayError> {
    let text = serde_json::to_vec(files).map_err(|error| GatewayError::Settings(error.to_string()))?;
    match spool.read(&spool.at(path), 0, text.len() + 1) {
        Ok(stored) if stored == text => return Ok(()),
        Err(GatewayError::Files { source, .. }) if source.kind() != ErrorKind::NotFound => {
            return Err(super::spool::failed("read", &spool.at(path), source));
        }
        _ => {}
    }
    let mut writing = spool.create(path)?;
    writing.write(&text)?;
    writing.finish()
}

//! TODO-layer ledger

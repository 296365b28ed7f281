//! TODO-layer mapping

//! TODO-layer tree

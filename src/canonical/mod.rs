//! TODO-layer canonical

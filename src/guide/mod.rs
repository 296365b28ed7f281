//! TODO-layer guide

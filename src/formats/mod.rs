//! TODO-layer formats

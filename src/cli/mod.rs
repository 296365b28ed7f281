//! TODO-layer cli

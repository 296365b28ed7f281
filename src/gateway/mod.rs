//! TODO-layer gateway

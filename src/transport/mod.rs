//! TODO-layer transport

//! TODO-layer exchange

//! Flows: which map writes what to which endpoint.

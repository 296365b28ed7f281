//! Expressions at run time.

//! Names of rows, one type each, so that one cannot be taken for another.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// Our copy of the bytes of one arrival.
    IntakeId;
    /// An interchange of an intake.
    InterchangeId;
    /// A functional group of an interchange.
    GroupId;
    /// A message of a group. Ascends with arrival and place in the file; never used twice.
    MessageId;
    /// A canonical document read from a message.
    DocumentId;
    /// The bytes one flow wrote for a document.
    OutputId;
    /// A file that waits for outputs of several documents.
    CollectionId;
    /// A file that leaves.
    DeliveryId;
}

//! How values are stored: words of states, hashes as 32 bytes, times as milliseconds.

use crate::base::clock::Timestamp;
use crate::base::files::FileIdentity;
use crate::base::hash::Sha;
use crate::diagnostics::Severity;
use crate::exchange::reply::Word;
use crate::exchange::states::{
    CollectionState, DeliveryState, IntakeState, InterchangeState, MessageState, ReleaseState,
};
use crate::ledger::{
    CollectionId, DeliveryId, DeliveryKind, DocumentId, Gathering, GroupId, IntakeId, InterchangeId,
    LedgerError, MessageId, OutputId, Reason, SyntaxVerdict,
};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let damaged = match &error {
            rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => true,
            other => matches!(other.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)),
        };
        match damaged {
            true => LedgerError::Damaged { detail: error.to_string() },
            false => LedgerError::Storage { doing: "read or write its rows", source: Box::new(error) },
        }
    }
}

fn unknown(kind: &str, word: &str) -> FromSqlError {
    FromSqlError::Other(format!("{word:?} is no {kind}").into())
}

macro_rules! stored_as_word {
    ($($name:ident)*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.word()))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let word = value.as_str()?;
                $name::from_word(word).ok_or_else(|| unknown(stringify!($name), word))
            }
        }
    )*};
}

stored_as_word! {
    IntakeState ReleaseState InterchangeState MessageState CollectionState DeliveryState SyntaxVerdict Gathering DeliveryKind Severity Word
}

macro_rules! stored_as_number {
    ($($name:ident)*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_i64().map($name)
            }
        }
    )*};
}

stored_as_number! { IntakeId InterchangeId GroupId MessageId DocumentId OutputId CollectionId DeliveryId }

impl ToSql for Sha {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(&self.0[..]))
    }
}

impl FromSql for Sha {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        bytes.try_into().map(Sha).map_err(|_| unknown("SHA-256", &format!("{} bytes", bytes.len())))
    }
}

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.unix_ms))
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Timestamp::from_unix_ms)
    }
}

impl ToSql for Reason {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.to_string()))
    }
}

impl FromSql for Reason {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(Reason::parse)
    }
}

/// A file's identity in one comparable column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredIdentity(pub FileIdentity);

impl ToSql for StoredIdentity {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let FileIdentity { size, modified_ns, device, inode } = &self.0;
        Ok(ToSqlOutput::from(format!("{size}:{modified_ns}:{device}:{inode}")))
    }
}

impl FromSql for StoredIdentity {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        fn parse(text: &str) -> Option<FileIdentity> {
            let mut parts = text.split(':');
            let identity = FileIdentity {
                size: parts.next()?.parse().ok()?,
                modified_ns: parts.next()?.parse().ok()?,
                device: parts.next()?.parse().ok()?,
                inode: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(identity)
        }
        let text = value.as_str()?;
        parse(text).map(StoredIdentity).ok_or_else(|| unknown("file identity", text))
    }
}

/// Sizes, offsets, ordinals and numbers of lanes. All are far below 2^63; the database has no unsigned numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(pub u64);

impl ToSql for Count {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let number =
            i64::try_from(self.0).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(ToSqlOutput::from(number))
    }
}

impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number).map(Count).map_err(|_| FromSqlError::OutOfRange(number))
    }
}

/// A list as the parameter `?2` of a condition `IN` [`LISTED`].
pub(super) struct Listed<'a>(pub &'a [String]);

/// The list that is given as [`Listed`].
pub(super) const LISTED: &str = "(SELECT value FROM json_each(?2))";

impl ToSql for Listed<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(self.0)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(ToSqlOutput::from(text))
    }
}

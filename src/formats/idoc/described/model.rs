//! What a description says.

/// A type of IDocs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Described {
    /// The basic type: `ORDERS05`.
    pub basic: String,
    /// The extension (CIMTYP); "" without one.
    pub extension: String,
    /// Its segments on the first level.
    pub segments: Vec<Segment>,
}

impl Described {
    /// `ORDERS05`, or with an extension `ORDERS05-ZORD01`. Strokes of names are no folders.
    pub fn name(&self) -> String {
        let name = match self.extension.as_str() {
            "" => self.basic.clone(),
            extension => format!("{}-{extension}", self.basic),
        };
        name.trim_start_matches('/').replace('/', "_")
    }
}

/// A segment with those inside it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Segment {
    /// `E1EDK01`
    pub kind: String,
    /// `E2EDK01005`
    pub definition: String,
    /// Whether its first field tells its kinds apart.
    pub is_qualified: bool,
    /// Its level in flat files; 0 where nothing says it.
    pub level: u32,
    pub is_required: bool,
    pub max: u32,
    pub fields: Vec<Field>,
    pub inside: Vec<Segment>,
}

/// A field of a segment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub name: String,
    /// What it is, in the words of the description.
    pub title: String,
    pub width: u32,
    /// Its values with what they mean, where the description lists them.
    pub values: Vec<(String, String)>,
}

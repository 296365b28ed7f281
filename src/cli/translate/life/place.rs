//! How places of a message are called: in the terms of its format, as far as its guide tells them.

use super::tell::quoted;
use super::{Life, Told};
use crate::tree::{NodeId, PlaceId, Shape, shown};

/// What messages of a guide are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Segments with elements by position.
    Segments,
    /// Rows with columns.
    Rows,
    /// Records of several kinds with fields.
    Records,
    /// Names inside names.
    Elements,
}

impl Kind {
    /// One of what a message is made of.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Segments => "segment",
            Kind::Rows => "row",
            Kind::Records => "record",
            Kind::Elements => "element",
        }
    }
}

impl Life<'_> {
    pub(super) fn kind(&self) -> Kind {
        let guide = self.layout_guide();
        if guide.elements.is_some() {
            Kind::Elements
        } else if !guide.columns.is_empty() {
            Kind::Rows
        } else if !guide.records.is_empty() {
            Kind::Records
        } else {
            Kind::Segments
        }
    }

    /// A value of the message: where it stands and its bytes.
    pub(super) fn bytes(&self, id: NodeId) -> Told {
        let view = self.layers[0].source;
        let node = view.tree.node(id);
        let offset = self.unit.row.offset + u64::from(node.origin_start);
        let start = offset as usize;
        let bytes = self.session.bytes.get(start..start + node.origin_len as usize).unwrap_or_default();
        // Bytes of another code page say little to people, and what stands around a value as little; what was read does.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if self.kind() == Kind::Records => text.trim_end(),
            Ok(text) if self.kind() != Kind::Elements => text,
            _ => view.text(id).unwrap_or(""),
        };
        Told::new(format!("{}, byte {offset}: {}", self.place_of(id, start), quoted(text)))
    }

    /// `segment 15 (W01), element 2`, `row 1, column `ShipId``, `record 2 (D), columns 22-30 (`qty`)`.
    fn place_of(&self, id: NodeId, offset: usize) -> String {
        let layer = &self.layers[0];
        let (shape, view) = (&layer.plan.source_shape, layer.source);
        let (own, ordinal) = (view.tree.node(id).place, view.tree.node(id).ordinal);
        let place = shape.place(own);
        match self.kind() {
            Kind::Elements => {
                let before = self.session.bytes.get(..offset).unwrap_or_default();
                let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
                format!("line {line}, `{}`", shown(shape, view, id, None))
            }
            Kind::Records => {
                let guide = self.layout_guide();
                let record = guide.records.iter().find(|record| record.place == place.parent);
                let field =
                    record.and_then(|record| record.fields.iter().find(|field| field.place == Some(own)));
                let columns = field.map_or("a field".into(), |field| field.columns());
                let tag = tag(shape, own);
                match ordinal {
                    0 => format!("the file's record {tag}, {columns} (`{}`)", place.name),
                    _ => format!("record {ordinal} ({tag}), {columns} (`{}`)", place.name),
                }
            }
            Kind::Rows => match (place.position, ordinal) {
                (0, 0) => format!("column `{}`", place.name),
                (0, row) => format!("row {row}, column `{}`", place.name),
                (position, row) => format!("row {}, column {position} (`{}`)", row.max(1), place.name),
            },
            Kind::Segments => match shape.place(place.parent).position {
                0 => format!("segment {ordinal} ({}), element {}", tag(shape, own), place.position),
                element => format!(
                    "segment {ordinal} ({}), element {element}, component {}",
                    tag(shape, own),
                    place.position
                ),
            },
        }
    }

    /// A record of the message: `segment 15 (W01)`, `record 2 (D)`, `` `Lines.Line[2]` ``; the message for all of it.
    pub(super) fn record_shown(&self, id: NodeId) -> String {
        let layer = &self.layers[0];
        let (shape, view) = (&layer.plan.source_shape, layer.source);
        let node = view.tree.node(id);
        match (self.kind(), node.ordinal) {
            _ if id == NodeId::ROOT => "the message".into(),
            (Kind::Elements, _) => format!("`{}`", shown(shape, view, id, None)),
            (Kind::Rows, row) => format!("row {}", row.max(1)),
            (_, 0) => "the message".into(),
            (kind, ordinal) => format!("{} {ordinal} ({})", kind.noun(), tag(shape, node.place)),
        }
    }

    /// That a record has no value where `place` says.
    pub(super) fn no_value(&self, record: NodeId, place: PlaceId) -> String {
        let shape = &self.layers[0].plan.source_shape;
        let tree = self.layers[0].source.tree;
        let place = shape.place(place);
        let inside = self.record_shown(record);
        match self.kind() {
            Kind::Elements => format!("{inside} has no `{}`, or it is empty", place.name),
            Kind::Rows => match tree.node(record).ordinal {
                0 => format!("the column `{}` is empty or not there", place.name),
                row => format!("the column `{}` is empty or not there in row {row}", place.name),
            },
            Kind::Records => format!("the field `{}` is empty in {inside}", place.name),
            Kind::Segments => match shape.place(tree.node(record).place).position {
                0 => format!("{inside} has no element {}", place.position),
                element => format!("{inside}, element {element} has no component {}", place.position),
            },
        }
    }
}

/// The name of the segment or record a place is in.
pub(super) fn tag(shape: &Shape, mut place: PlaceId) -> &str {
    while shape.place(place).position > 0 || shape.place(place).leaf_type().is_some() {
        place = shape.place(place).parent;
    }
    &shape.place(place).name
}

//! Nested values: what the interpreter reads and builds instead of trees with place ids.

use crossdock::base::decimal::Decimal;
use crossdock::tree::{self, LeafType, NodeId, PlaceId, PlaceKind, Shape, View};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What may be there, by name.
#[derive(Debug)]
pub struct Schema {
    pub name: String,
    /// Element position, 0 where there is none.
    pub position: u16,
    /// The codes of a variant such as `N1[ST]`.
    pub codes: Vec<String>,
    /// The type of a leaf; nothing for records.
    pub leaf: Option<LeafType>,
    pub max_length: usize,
    /// Most digits before and behind the point.
    pub digits: Option<(u8, u8)>,
    /// Whether it may come once only.
    pub is_single: bool,
    /// Labels from here to the key.
    pub key: Vec<String>,
    /// Names of pairs with the labels of qualifiers and values.
    pub pairs: Vec<(String, Vec<(String, String)>)>,
    pub children: Vec<Rc<Schema>>,
}

impl Schema {
    /// The schema of a shape.
    pub fn of(shape: &Shape, id: PlaceId) -> Rc<Schema> {
        let place = shape.place(id);
        let label = |id: PlaceId| label(shape.place(id));
        let mut key = Vec::new();
        let mut at = place.key;
        while let Some(part) = at.filter(|&part| part != id) {
            key.insert(0, label(part));
            at = Some(shape.place(part).parent);
        }
        Rc::new(Schema {
            name: place.name.to_string(),
            position: place.position,
            codes: place.codes.iter().map(|code| code.to_string()).collect(),
            leaf: match &place.kind {
                PlaceKind::Leaf(leaf) => Some(leaf.clone()),
                _ => None,
            },
            max_length: place.max_length as usize,
            digits: place.digits,
            key,
            pairs: place
                .pairs
                .iter()
                .map(|pairs| {
                    let labels = pairs.pairs.iter().map(|&(code, value)| (label(code), label(value)));
                    (pairs.name.to_string(), labels.collect())
                })
                .collect(),
            is_single: place.max <= 1,
            children: place.children.iter().map(|&child| Schema::of(shape, child)).collect(),
        })
    }

    /// The name that no sibling has: position, or name with codes.
    pub fn label(&self) -> String {
        match (self.position, self.codes.is_empty()) {
            (0, true) => self.name.clone(),
            (0, false) => format!("{}[{}]", self.name, self.codes.join("|")),
            (position, _) => format!("{position:02}"),
        }
    }

    pub fn child(&self, label: &str) -> Option<&Rc<Schema>> {
        self.children.iter().find(|child| child.label() == label)
    }
}

fn label(place: &tree::Place) -> String {
    match (place.position, place.codes.is_empty()) {
        (0, true) => place.name.to_string(),
        (0, false) => format!("{}[{}]", place.name, place.codes.join("|")),
        (position, _) => format!("{position:02}"),
    }
}

/// What is there.
#[derive(Debug)]
pub struct Node {
    pub schema: Rc<Schema>,
    pub text: Option<String>,
    pub children: Vec<Rc<Node>>,
}

impl Node {
    /// A tree as nested nodes.
    pub fn of(schema: &Rc<Schema>, shape: &Shape, view: View<'_>) -> Rc<Node> {
        Self::inner(schema, shape, view, NodeId::ROOT)
    }

    fn inner(schema: &Rc<Schema>, shape: &Shape, view: View<'_>, id: NodeId) -> Rc<Node> {
        // By place: a tag may stand at several positions of a structure.
        let places = &shape.place(view.tree.node(id).place).children;
        let children = view.tree.children(id).map(|child| {
            let place = view.tree.node(child).place;
            let at = places.iter().position(|&known| known == place);
            let schema =
                &schema.children[at.unwrap_or_else(|| panic!("{} is in it", label(shape.place(place))))];
            Self::inner(schema, shape, view, child)
        });
        Rc::new(Node {
            schema: schema.clone(),
            text: view.text(id).map(str::to_string),
            children: children.collect(),
        })
    }

    pub fn is_record(&self) -> bool {
        self.schema.leaf.is_none()
    }

    pub fn child(&self, label: &str) -> Option<&Rc<Node>> {
        self.children.iter().find(|child| child.schema.label() == label)
    }

    /// The text of the key.
    pub fn key(&self) -> &str {
        let mut at = self;
        for label in &self.schema.key {
            match at.child(label) {
                Some(child) => at = child,
                None => return "",
            }
        }
        at.text.as_deref().unwrap_or("")
    }

    /// Comparable: fields by label, leaves without value left out.
    pub fn canonical(&self) -> Canonical {
        if let Some(text) = &self.text {
            return Canonical::Text(text.clone());
        }
        let mut fields: BTreeMap<String, Vec<Canonical>> = BTreeMap::new();
        for child in &self.children {
            if child.is_record() || child.text.is_some() {
                fields.entry(child.schema.label()).or_default().push(child.canonical());
            }
        }
        Canonical::Record(fields)
    }
}

/// A target to compare.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Canonical {
    Text(String),
    Record(BTreeMap<String, Vec<Canonical>>),
}

/// What expressions give.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Absent,
    Text(String),
    Number(Decimal),
    Date(Date),
    Time(Time),
    DateTime(DateTime),
    Instant(jiff::Timestamp, Offset),
    Bool(bool),
}

impl Value {
    /// A leaf's text as its type reads it; nothing if it does not fit.
    pub fn read(leaf: &LeafType, text: &str) -> Option<Value> {
        Some(match tree::Value::read(leaf, text).ok()? {
            tree::Value::Absent => Value::Absent,
            tree::Value::Text(text) => Value::Text(text.to_string()),
            tree::Value::Number(number) => Value::Number(number),
            tree::Value::Date(date) => Value::Date(date),
            tree::Value::Time(time) => Value::Time(time),
            tree::Value::DateTime(moment) => Value::DateTime(moment),
            tree::Value::Instant(moment, offset) => Value::Instant(moment, offset),
            tree::Value::Bool(truth) => Value::Bool(truth),
        })
    }

    fn borrowed(&self) -> tree::Value<'_> {
        match self {
            Value::Absent => tree::Value::Absent,
            Value::Text(text) => tree::Value::Text(text),
            Value::Number(number) => tree::Value::Number(*number),
            Value::Date(date) => tree::Value::Date(*date),
            Value::Time(time) => tree::Value::Time(*time),
            Value::DateTime(moment) => tree::Value::DateTime(*moment),
            Value::Instant(moment, offset) => tree::Value::Instant(*moment, *offset),
            Value::Bool(truth) => tree::Value::Bool(*truth),
        }
    }

    /// As the leaf wants it; nothing if the leaf cannot show it.
    pub fn write(&self, leaf: &LeafType) -> Option<String> {
        let mut text = String::new();
        self.borrowed().write(leaf, &mut text).ok()?;
        Some(text)
    }

    pub fn show(&self) -> String {
        self.borrowed().show()
    }

    pub fn is_absent(&self) -> bool {
        *self == Value::Absent
    }

    /// How two values compare; nothing if one is absent or they are of different kinds.
    pub fn compare(&self, other: &Value) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
            (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
            (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
            (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
            (Value::DateTime(left), Value::DateTime(right)) => Some(left.cmp(right)),
            (Value::Instant(left, _), Value::Instant(right, _)) => Some(left.cmp(right)),
            (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
            (Value::Text(text), Value::Number(number)) => {
                Decimal::parse(text.as_bytes()).map(|left| left.cmp(number))
            }
            (Value::Number(number), Value::Text(text)) => {
                Decimal::parse(text.as_bytes()).map(|right| number.cmp(&right))
            }
            _ => None,
        }
    }
}

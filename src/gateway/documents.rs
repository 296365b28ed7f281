//! Canonical documents as the ledger keeps them: JSON by field name, so that people can read them and a later
//! configuration whose shape has more fields can still load them.

use super::GatewayError;
use crate::base::hash::Sha;
use crate::ledger::Document;
use crate::tree::arena::Origin;
use crate::tree::{NodeId, PlaceId, PlaceKind, Shape, Tree, Value, View};
use serde_json::{Map, Value as Json};

/// The document as JSON: an object of its fields, lists as arrays, every value as its text.
pub fn to_json(document: View<'_>, shape: &Shape) -> Json {
    if document.tree.is_empty() {
        return Json::Object(Map::new());
    }
    object(document, shape, NodeId::ROOT)
}

fn object(document: View<'_>, shape: &Shape, node: NodeId) -> Json {
    let mut fields = Map::new();
    // In the order of the shape: the tree has them as the map made them.
    let mut children: Vec<NodeId> = document.tree.children(node).collect();
    children.sort_by_key(|&child| document.tree.node(child).place);
    for child in children {
        let place = shape.place(document.tree.node(child).place);
        let value = match (&place.kind, document.text(child)) {
            (PlaceKind::Leaf(_), Some(text)) => Json::from(text),
            // A leaf that was reserved and not filled.
            (PlaceKind::Leaf(_), None) => continue,
            (PlaceKind::Record | PlaceKind::Open, _) => object(document, shape, child),
        };
        match (place.is_many(), fields.get_mut(&*place.name)) {
            (true, Some(Json::Array(list))) => list.push(value),
            (true, _) => {
                fields.insert(place.name.to_string(), Json::Array(vec![value]));
            }
            (false, _) => {
                fields.insert(place.name.to_string(), value);
            }
        }
    }
    Json::Object(fields)
}

/// The bytes the ledger keeps, and the hash of what they say without where it came from.
pub fn store_with_content(document: View<'_>, shape: &Shape) -> (Vec<u8>, Sha) {
    let mut json = to_json(document, shape);
    let body = json.to_string().into_bytes();
    if let Json::Object(fields) = &mut json {
        fields.remove("provenance");
    }
    (body, Sha::of(json.to_string().as_bytes()))
}

/// The bytes the ledger keeps.
pub fn store(document: View<'_>, shape: &Shape) -> Vec<u8> {
    to_json(document, shape).to_string().into_bytes()
}

/// The document again; fields the shape does not know (any more) are left out. `None` if the bytes are no document.
pub fn load(bytes: &[u8], shape: &Shape) -> Option<Tree> {
    let Json::Object(fields) = serde_json::from_slice(bytes).ok()? else { return None };
    let mut tree = Tree::new();
    let root = tree.open(PlaceId::ROOT, Origin::default());
    fill(&mut tree, shape, PlaceId::ROOT, &fields);
    tree.close(root);
    Some(tree)
}

/// A stored document, as it was stored.
///
/// # Errors
/// [`GatewayError::Damaged`] if its bytes are not those any more.
pub(super) fn load_whole(document: &Document, shape: &Shape) -> Result<Tree, GatewayError> {
    let tree = load(&document.body, shape).filter(|_| Sha::of(&document.body) == document.sha);
    tree.ok_or_else(|| GatewayError::Damaged {
        what: format!("document {}", document.id),
        detail: "its bytes are no document any more".into(),
    })
}

fn fill(tree: &mut Tree, shape: &Shape, parent: PlaceId, fields: &Map<String, Json>) {
    // In the order of the shape, whatever the order of the bytes.
    for &place in &shape.place(parent).children {
        let Some(value) = fields.get(&*shape.place(place).name) else { continue };
        let values = match value {
            Json::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            match value {
                Json::Object(fields) => {
                    let record = tree.open(place, Origin::default());
                    fill(tree, shape, place, fields);
                    tree.close(record);
                }
                Json::String(text) => {
                    tree.leaf(place, text, Origin::default());
                }
                _ => {}
            }
        }
    }
}

/// The value of a field of the document itself, "" if it is not there.
pub fn field<'a>(document: View<'a>, shape: &Shape, name: &str) -> &'a str {
    let place = shape.children_named(PlaceId::ROOT, name).next();
    place
        .filter(|_| !document.tree.is_empty())
        .and_then(|place| document.child_text(NodeId::ROOT, place))
        .unwrap_or("")
}

/// What people call the document by: its number, or the first of its keys where it has none, as an item has.
pub fn number<'a>(document: View<'a>, shape: &Shape) -> &'a str {
    let places = shape.place(PlaceId::ROOT).children.iter().map(|&place| shape.place(place));
    let mut names =
        ["number"].into_iter().chain(places.filter(|place| place.is_lookup_key).map(|place| &*place.name));
    names.find_map(|name| Some(field(document, shape, name)).filter(|value| !value.is_empty())).unwrap_or("")
}

/// What counts of documents of one kind, the newest first: a change or cancellation takes the place of all that came under
/// its number before it.
pub fn standing<T>(
    newest_first: impl IntoIterator<Item = T>,
    view: impl Fn(&T) -> View<'_>,
    shape: &Shape,
) -> Vec<T> {
    let (mut standing, mut replaced) = (Vec::new(), Vec::new());
    for document in newest_first {
        let (number, action) =
            (number(view(&document), shape).to_string(), field(view(&document), shape, "action"));
        if replaced.contains(&number) {
            continue;
        }
        if matches!(action, "change" | "cancel") {
            replaced.push(number);
        }
        standing.push(document);
    }
    standing
}

/// The fields the document can be found by later, with their values as `earlier` compares them.
pub fn keys(document: View<'_>, shape: &Shape) -> Vec<(String, String)> {
    let mut keys = Vec::new();
    for &place in &shape.place(PlaceId::ROOT).children {
        let declared = shape.place(place);
        let Some(leaf) = declared.leaf_type().filter(|_| declared.is_lookup_key) else { continue };
        if let Some(text) = document.child_text(NodeId::ROOT, place)
            && let Ok(value) = Value::read(leaf, text)
            && !value.is_absent()
        {
            keys.push((declared.name.to_string(), value.show()));
        }
    }
    keys
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tree::LeafType;

    #[test]
    fn a_change_takes_the_place_of_what_came_before_it() {
        let mut shape = Shape::new("canonical thing");
        let [number, action] =
            ["number", "action"].map(|name| shape.add(PlaceId::ROOT, name, PlaceKind::Leaf(LeafType::Text)));
        let document = |said: &(&str, &str)| {
            let mut tree = Tree::new();
            let root = tree.open(PlaceId::ROOT, Origin::default());
            tree.leaf(number, said.0, Origin::default());
            tree.leaf(action, said.1, Origin::default());
            tree.close(root);
            tree
        };
        let counts = |said: &[(&str, &str)]| {
            let trees: Vec<Tree> = said.iter().map(document).collect();
            standing(&trees, |tree| View::new(tree, ""), &shape).len()
        };
        assert_eq!(counts(&[("1", "change"), ("1", "new")]), 1);
        assert_eq!(counts(&[("1", "cancel"), ("1", "change"), ("1", "new")]), 1);
        // Ordered again after it was cancelled, and ordered twice.
        assert_eq!(counts(&[("1", "new"), ("1", "cancel"), ("1", "new")]), 2);
        assert_eq!(counts(&[("1", "new"), ("1", "new")]), 2);
        assert_eq!(counts(&[("1", "change"), ("2", "new"), ("1", "new")]), 2);
    }

    #[test]
    fn a_document_survives_being_stored() {
        let mut shape = Shape::new("canonical thing");
        let number = shape.add(PlaceId::ROOT, "number", PlaceKind::Leaf(LeafType::Text));
        shape.place_mut(number).is_lookup_key = true;
        let line = shape.add(PlaceId::ROOT, "lines", PlaceKind::Record);
        shape.place_mut(line).max = u32::MAX;
        let qty = shape.add(line, "qty", PlaceKind::Leaf(LeafType::Decimal));
        let mut tree = Tree::new();
        let root = tree.open(PlaceId::ROOT, Origin::default());
        for value in ["1.50", "2"] {
            let record = tree.open(line, Origin::default());
            tree.leaf(qty, value, Origin::default());
            tree.close(record);
        }
        // A map makes fields in an order of its own.
        tree.leaf(number, "007 \"x\"", Origin::default());
        tree.close(root);
        let view = View::new(&tree, "");
        let bytes = store(view, &shape);
        let text = r#"{"number":"007 \"x\"","lines":[{"qty":"1.50"},{"qty":"2"}]}"#;
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), text);
        let again = load(&bytes, &shape).unwrap();
        assert_eq!(again.len(), tree.len());
        assert_eq!(store(View::new(&again, ""), &shape), bytes);
        assert_eq!(keys(view, &shape), [("number".to_string(), "007 \"x\"".to_string())]);
        assert_eq!(field(view, &shape, "number"), "007 \"x\"");
        assert!(load(b"[]", &shape).is_none());
    }
}

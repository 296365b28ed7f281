//! What stood in messages, by paths with their qualifiers, and whether some line read it.

use super::{Mentions, Occurrence, Question};
use crate::mapping::Plan;
use crate::tree::{NodeId, Place, PlaceId, Shape, View};
use rustc_hash::{FxHashMap, FxHashSet};

/// All paths seen, records before what is in them.
pub struct Seen<'p> {
    shape: &'p Shape,
    read: &'p [bool],
    paths: Vec<Entry>,
    by_name: FxHashMap<(usize, PlaceId, String), usize>,
}

/// A record or leaf that was seen.
struct Entry {
    path: String,
    /// The record around it, by number.
    parent: usize,
    /// Name and qualifier of a record whose qualifier the guide does not tell apart.
    variant: Option<(String, String)>,
    is_leaf: bool,
    /// Whether some line may read it.
    is_read: bool,
    /// Whether a line did read it, or something in it.
    was_read: bool,
    occurrence: Occurrence,
}

/// The message as a whole.
const ROOT: usize = 0;

impl<'p> Seen<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let root = Entry {
            path: String::new(),
            parent: ROOT,
            variant: None,
            is_leaf: false,
            is_read: true,
            was_read: true,
            occurrence: Occurrence::default(),
        };
        Seen { shape: &plan.source_shape, read: &plan.read, paths: vec![root], by_name: FxHashMap::default() }
    }

    /// Counts what stands in a message; `read` are the leaves that lines took something from.
    pub fn take(&mut self, view: View<'_>, read: &FxHashSet<NodeId>, message: usize, place: &str) {
        if !view.tree.is_empty() {
            self.inside(view, NodeId::ROOT, ROOT, &mut |node| read.contains(&node), (message, place));
        }
    }

    fn inside(
        &mut self,
        view: View<'_>,
        record: NodeId,
        parent: usize,
        was_read: &mut dyn FnMut(NodeId) -> bool,
        message: (usize, &str),
    ) {
        let key = self.shape.place(view.tree.node(record).place).key;
        for child in view.tree.children(record) {
            let node = view.tree.node(child);
            if let Some(value) = view.text(child) {
                let entry = self.entry(parent, node.place, "");
                self.paths[entry].was_read |= was_read(child);
                self.paths[entry].occurrence.count(message.0, value, message.1);
                let is_key = key == Some(node.place);
                self.in_records_around(parent, was_read(child), (!is_key).then_some(value), message);
            } else if node.end > child.0 + 1 {
                let code = self.code(view, child).unwrap_or_default();
                let entry = self.entry(parent, node.place, &code);
                self.inside(view, child, entry, was_read, message);
            }
        }
    }

    /// Tells the records around a leaf of it.
    fn in_records_around(
        &mut self,
        innermost: usize,
        was_read: bool,
        value: Option<&str>,
        (message, place): (usize, &str),
    ) {
        let mut at = innermost;
        while at != ROOT {
            let entry = &mut self.paths[at];
            entry.was_read |= was_read;
            if let Some(value) = value {
                entry.occurrence.count(message, value, place);
            }
            at = entry.parent;
        }
    }

    /// The qualifier of a record.
    fn code(&self, view: View<'_>, record: NodeId) -> Option<String> {
        let node = view.tree.node(record);
        let key = self.shape.place(node.place).key?;
        let inside = (record.0 + 1..node.end).map(NodeId);
        inside
            .into_iter()
            .find(|id| view.tree.node(*id).place == key)
            .and_then(|id| view.text(id))
            .map(str::to_string)
    }

    fn entry(&mut self, parent: usize, place: PlaceId, code: &str) -> usize {
        let known = (parent, place, code.to_string());
        if let Some(at) = self.by_name.get(&known) {
            return *at;
        }
        let shape = self.shape.place(place);
        let own = name(shape, code);
        let path = match self.paths[parent].path.as_str() {
            "" => own,
            around => format!("{around}.{own}"),
        };
        let is_variant = !code.is_empty() && shape.codes.is_empty();
        self.paths.push(Entry {
            path,
            parent,
            variant: is_variant.then(|| (shape.name.to_string(), code.to_string())),
            is_leaf: shape.leaf_type().is_some(),
            is_read: self.read[place.index()],
            was_read: false,
            occurrence: Occurrence::default(),
        });
        self.by_name.insert(known, self.paths.len() - 1);
        self.paths.len() - 1
    }

    /// Leaves nobody reads, or the whole record where nobody reads anything in it.
    pub fn questions(&self, mentions: &Mentions) -> Vec<Question> {
        let mut covered = vec![false; self.paths.len()];
        for at in (1..self.paths.len()).filter(|at| self.paths[*at].is_leaf && self.is_covered(*at, mentions))
        {
            let mut around = at;
            while around != ROOT {
                covered[around] = true;
                around = self.paths[around].parent;
            }
        }
        covered[ROOT] = true;
        let is_outermost = |at: &usize| !covered[*at] && covered[self.paths[*at].parent];
        let mut open: Vec<&Entry> = (1..self.paths.len())
            .filter(is_outermost)
            .map(|at| &self.paths[at])
            .filter(|entry| entry.occurrence.messages > 0)
            .collect();
        open.sort_by_key(|entry| std::cmp::Reverse(entry.occurrence.messages));
        let question =
            |entry: &&Entry| Question::Unread { path: entry.path.clone(), seen: entry.occurrence.clone() };
        open.iter().map(question).collect()
    }

    /// Whether some line knows a leaf: it may read it, and the qualifiers around are known to some line as well.
    fn is_covered(&self, leaf: usize, mentions: &Mentions) -> bool {
        let mut at = leaf;
        while at != ROOT {
            let entry = &self.paths[at];
            let is_known = match &entry.variant {
                Some(variant) => {
                    let all = (variant.0.clone(), super::ANY.to_string());
                    entry.was_read || mentions.contains(variant) || mentions.contains(&all)
                }
                None => true,
            };
            if !is_known {
                return false;
            }
            at = entry.parent;
        }
        self.paths[leaf].is_read
    }
}

/// As a line of the map would write it.
fn name(place: &Place, code: &str) -> String {
    let is_plain = |code: &str| code.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    match (place.position, code) {
        (0, "") => place.name.to_string(),
        (0, code) if is_plain(code) => format!("{}[{code}]", place.name),
        (0, code) => format!("{}[\"{}\"]", place.name, code.replace('"', "\"\"")),
        (position, _) => format!("{position:02}"),
    }
}

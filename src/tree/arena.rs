//! What is there: nodes in pre-order in one vector, values as ranges of the message or of the tree's side buffer.

use super::shape::PlaceId;
use std::collections::{BTreeMap, BTreeSet};

/// A node of a [`Tree`]; 0 is the root.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The root of every tree that is not empty.
    pub const ROOT: NodeId = NodeId(0);
}

/// Marks a value that stands in the side buffer.
const SIDE: u32 = 1 << 31;
/// Length of a value that is not there: a record, or a leaf that was reserved and not filled.
const NO_VALUE: u32 = u32::MAX;

/// One node, 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its place in the shape.
    pub place: PlaceId,
    /// One past the last node of its subtree.
    pub end: u32,
    value_start: u32,
    value_len: u32,
    /// First byte in the message it came from.
    pub origin_start: u32,
    /// Length of those bytes; 0 if it came from no particular bytes.
    pub origin_len: u32,
    /// Ordinal of its segment or row in the message, from 1; 0 if there is none.
    pub ordinal: u32,
    /// Number of the map line that made it, from 1; 0 if none did.
    pub rule: u32,
}

impl Node {
    /// Length of its value in bytes; `None` if it has none.
    #[inline(always)]
    pub fn text_len(&self) -> Option<u32> {
        (self.value_len != NO_VALUE).then_some(self.value_len)
    }

    /// Whether it is a leaf with a value.
    #[inline]
    pub fn has_value(&self) -> bool {
        self.value_len != NO_VALUE
    }
}

/// Where a node came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Origin {
    /// First byte in the message.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
    /// Segment ordinal.
    pub ordinal: u32,
    /// Map line.
    pub rule: u32,
}

/// Where a text stands in the side buffer of a tree.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    start: u32,
    len: u32,
}

/// What a tree took over from another one: see [`Tree::adopt`].
#[derive(Debug, Clone, Copy)]
pub struct Adopted<'v> {
    view: View<'v>,
    /// Where the side buffer of that tree stands in the one of the tree that took it over.
    behind: u32,
}

impl<'v> Adopted<'v> {
    /// Where a text stands that is a part of what was taken over.
    #[inline]
    pub fn part(&self, text: &str) -> Option<Kept> {
        let within = |whole: &str| {
            let at = (text.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
            (at < whole.len() && text.len() <= whole.len() - at).then_some(at as u32)
        };
        let in_side = || within(&self.view.tree.side).map(|at| at + self.behind);
        let start = within(self.view.source).or_else(in_side)?;
        Some(Kept { start, len: text.len() as u32 })
    }

    /// Whether it is of this tree.
    #[inline]
    pub fn is_of(&self, view: View<'_>) -> bool {
        std::ptr::eq(view.tree, self.view.tree)
    }

    /// Where the value of a node stands, which is one of what was taken over and has a value.
    #[inline(always)]
    pub fn value(&self, node: &Node) -> Kept {
        debug_assert!(node.has_value());
        let behind = if node.value_start & SIDE == 0 { 0 } else { self.behind };
        Kept { start: (node.value_start & !SIDE) + behind, len: node.value_len }
    }
}

impl Kept {
    /// A part of it, that has `len` bytes from `start` on.
    #[inline]
    pub fn part(self, start: u32, len: u32) -> Kept {
        debug_assert!(start + len <= self.len);
        Kept { start: self.start + start, len }
    }
}

/// Nodes in pre-order. Building it: [`Tree::open`], leaves, [`Tree::close`]. Cleared and used again for the next
/// message; nothing is allocated per field.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    side: String,
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.side.clear();
    }

    /// Starts a record; everything added until [`Tree::close`] is inside it.
    #[inline]
    pub fn open(&mut self, place: PlaceId, origin: Origin) -> NodeId {
        // Until it is closed, everything that follows is inside it.
        self.push_until(u32::MAX, place, (0, NO_VALUE), origin)
    }

    /// Ends a record.
    #[inline]
    pub fn close(&mut self, node: NodeId) {
        let end = self.nodes.len() as u32;
        self.nodes[node.0 as usize].end = end;
    }

    /// The same for one that came from the bytes from where it began up to `end`.
    #[inline]
    pub fn close_behind(&mut self, node: NodeId, end: u32) {
        self.close(node);
        let node = &mut self.nodes[node.0 as usize];
        node.origin_len = end - node.origin_start;
    }

    /// Adds a leaf whose value is `origin`'s bytes of the message, or a part of them.
    #[inline]
    pub fn leaf_from_source(&mut self, place: PlaceId, start: u32, len: u32, origin: Origin) -> NodeId {
        debug_assert!(start < SIDE && len < NO_VALUE);
        self.push(place, start, len, origin)
    }

    /// Takes over all text of another tree, in one piece: most values of a document are values of the one it is made
    /// from, and need not be copied one by one. The tree is empty before.
    pub fn adopt<'v>(&mut self, view: View<'v>) -> Adopted<'v> {
        assert!(self.side.is_empty(), "only an empty tree takes over another's text");
        self.side.push_str(view.source);
        let behind = self.side.len() as u32;
        self.side.push_str(&view.tree.side);
        debug_assert!(self.side.len() < SIDE as usize);
        Adopted { view, behind }
    }

    /// Copies a text for a leaf to come.
    #[inline]
    pub fn keep(&mut self, text: &str) -> Kept {
        let start = self.side.len() as u32;
        self.side.push_str(text);
        Kept { start, len: text.len() as u32 }
    }

    /// Adds a leaf with a value of its own.
    #[inline]
    pub fn leaf(&mut self, place: PlaceId, value: &str, origin: Origin) -> NodeId {
        let kept = self.keep(value);
        self.leaf_kept(place, kept, origin)
    }

    /// Adds a leaf whose value the tree has already.
    #[inline]
    pub fn leaf_kept(&mut self, place: PlaceId, value: Kept, origin: Origin) -> NodeId {
        self.push(place, value.start | SIDE, value.len, origin)
    }

    /// Adds a leaf with the value and origin of a node of what was taken over.
    #[inline(always)]
    pub fn leaf_like(&mut self, node: &Node, place: PlaceId, value: Kept, rule: u32) -> NodeId {
        let id = self.nodes.len() as u32;
        self.nodes.push(Node { place, end: id + 1, value_start: value.start | SIDE, rule, ..*node });
        NodeId(id)
    }

    /// The same for a leaf that was reserved.
    #[inline(always)]
    pub fn fill_like(&mut self, node: &Node, reserved: NodeId, value: Kept, rule: u32) {
        let Node { place, end, .. } = self.nodes[reserved.0 as usize];
        self.nodes[reserved.0 as usize] = Node { place, end, value_start: value.start | SIDE, rule, ..*node };
    }

    /// Adds a leaf without a value, to be filled by [`Tree::fill`]. Until then it is as good as absent.
    pub fn reserve(&mut self, place: PlaceId) -> NodeId {
        self.push(place, 0, NO_VALUE, Origin::default())
    }

    /// Gives a leaf its value, replacing any.
    pub fn fill(&mut self, node: NodeId, value: &str, origin: Origin) {
        let kept = self.keep(value);
        self.fill_kept(node, kept, origin);
    }

    /// Gives a leaf a value that the tree has already.
    pub fn fill_kept(&mut self, node: NodeId, value: Kept, origin: Origin) {
        let node = &mut self.nodes[node.0 as usize];
        node.value_start = value.start | SIDE;
        node.value_len = value.len;
        node.origin_start = origin.start;
        node.origin_len = origin.len;
        node.ordinal = origin.ordinal;
        node.rule = origin.rule;
    }

    /// Puts records, each the first of a pair, with all that is in them behind what is in the second of its pair. They are
    /// in the order of the tree, and none is around what it goes into.
    pub fn relink(&mut self, moved: &[(NodeId, NodeId)]) {
        let mut into: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for (node, around) in moved {
            into.entry(*around).or_default().push(*node);
        }
        let away: BTreeSet<NodeId> = moved.iter().map(|(node, _)| *node).collect();
        let mut nodes = Vec::with_capacity(self.nodes.len());
        if !self.nodes.is_empty() {
            self.relink_one(NodeId::ROOT, &into, &away, &mut nodes);
        }
        debug_assert_eq!(nodes.len(), self.nodes.len());
        self.nodes = nodes;
    }

    fn relink_one(
        &self,
        node: NodeId,
        into: &BTreeMap<NodeId, Vec<NodeId>>,
        away: &BTreeSet<NodeId>,
        nodes: &mut Vec<Node>,
    ) {
        let at = nodes.len();
        nodes.push(*self.node(node));
        for child in self.children(node).filter(|child| !away.contains(child)) {
            self.relink_one(child, into, away, nodes);
        }
        for child in into.get(&node).into_iter().flatten() {
            self.relink_one(*child, into, away, nodes);
        }
        nodes[at].end = nodes.len() as u32;
    }

    /// Removes `node` and everything after it. Used to take back a record that turned out empty.
    pub fn truncate(&mut self, node: NodeId) {
        self.nodes.truncate(node.0 as usize);
    }

    #[inline]
    fn push(&mut self, place: PlaceId, value_start: u32, value_len: u32, origin: Origin) -> NodeId {
        self.push_until(self.nodes.len() as u32 + 1, place, (value_start, value_len), origin)
    }

    #[inline]
    fn push_until(
        &mut self,
        end: u32,
        place: PlaceId,
        (value_start, value_len): (u32, u32),
        origin: Origin,
    ) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        // The vector would do it as well, but what is at hand would have to be put aside for its call each time.
        if self.nodes.len() == self.nodes.capacity() {
            self.make_room();
        }
        self.nodes.push(Node {
            place,
            end,
            value_start,
            value_len,
            origin_start: origin.start,
            origin_len: origin.len,
            ordinal: origin.ordinal,
            rule: origin.rule,
        });
        id
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        self.nodes.reserve(1);
    }

    /// The node.
    #[inline(always)]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// All nodes in pre-order.
    #[inline]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The records around nodes, asked for one node after the other.
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { nodes: &self.nodes, at: 0, open: Vec::new() }
    }

    /// Children of a node, in order; of a record still open, the children so far. An empty tree has none.
    #[inline]
    pub fn children(&self, parent: NodeId) -> Children<'_> {
        let end = self.nodes.get(parent.0 as usize).map_or(0, |node| node.end.min(self.nodes.len() as u32));
        Children { nodes: &self.nodes, at: parent.0 + 1, end }
    }
}

/// The records around a node. It goes on from node to node, so that a message is passed through once for all of them.
#[derive(Debug)]
pub struct Surroundings<'a> {
    nodes: &'a [Node],
    at: u32,
    open: Vec<u32>,
}

impl Surroundings<'_> {
    /// Goes on to a node, or begins again for one before.
    pub fn go_to(&mut self, node: NodeId) {
        if node.0 < self.at {
            (self.at, self.open) = (0, Vec::new());
        }
        for at in self.at..node.0 {
            self.open.push(at);
            while self.open.last().is_some_and(|&open| self.nodes[open as usize].end <= at + 1) {
                self.open.pop();
            }
        }
        self.at = node.0;
    }

    /// The innermost one that is at one of these places.
    pub fn innermost(&self, places: &[PlaceId]) -> Option<NodeId> {
        let is_meant = |&&open: &&u32| places.contains(&self.nodes[open as usize].place);
        self.open.iter().rev().find(is_meant).map(|&open| NodeId(open))
    }
}

/// Iterator over the children of a node.
#[derive(Debug, Clone)]
pub struct Children<'a> {
    nodes: &'a [Node],
    at: u32,
    end: u32,
}

impl Children<'_> {
    /// The children from `first` on, which is one of them.
    #[must_use]
    pub fn skip_to(mut self, first: NodeId) -> Self {
        self.at = first.0;
        self
    }
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        if self.at >= self.end {
            return None;
        }
        let id = NodeId(self.at);
        self.at = self.nodes[self.at as usize].end;
        Some(id)
    }
}

/// A tree with the message its values point into.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The tree.
    pub tree: &'a Tree,
    /// The message as text; empty if all values stand in the side buffer.
    pub source: &'a str,
}

impl<'a> View<'a> {
    /// A tree and the text its source values point into.
    pub fn new(tree: &'a Tree, source: &'a str) -> Self {
        View { tree, source }
    }

    /// All that values are parts of.
    pub fn texts(self) -> [&'a str; 2] {
        [self.source, &self.tree.side]
    }

    /// The value of a leaf; `None` for records and leaves not filled.
    #[inline(always)]
    pub fn text(self, id: NodeId) -> Option<&'a str> {
        let node = self.tree.node(id);
        if node.value_len == NO_VALUE {
            return None;
        }
        let start = (node.value_start & !SIDE) as usize;
        let end = start + node.value_len as usize;
        Some(if node.value_start & SIDE != 0 {
            &self.tree.side[start..end]
        } else {
            &self.source[start..end]
        })
    }

    /// The bytes of the value of a leaf, for what is told by bytes alone; `None` for records and leaves not filled.
    #[inline(always)]
    pub fn bytes(self, id: NodeId) -> Option<&'a [u8]> {
        let node = self.tree.node(id);
        if node.value_len == NO_VALUE {
            return None;
        }
        let start = (node.value_start & !SIDE) as usize;
        let text = if node.value_start & SIDE != 0 { &self.tree.side } else { self.source };
        Some(&text.as_bytes()[start..start + node.value_len as usize])
    }

    /// The value of the first child of `parent` at `place`. Values stand in the order of their places nearly always, so
    /// that the child at `next` is looked at first; `next` then goes on behind it.
    #[inline]
    pub fn next_child_text(self, parent: NodeId, next: &mut Children<'a>, place: PlaceId) -> Option<&'a str> {
        let mut behind = next.clone();
        match behind.next() {
            Some(leaf) if self.tree.node(leaf).place == place => {
                *next = behind;
                self.text(leaf)
            }
            _ => self.child_text(parent, place),
        }
    }

    /// Whether a leaf has this value.
    #[inline]
    pub fn is(self, id: NodeId, value: &[u8]) -> bool {
        let node = self.tree.node(id);
        if node.value_len as usize != value.len() {
            return false;
        }
        let start = (node.value_start & !SIDE) as usize;
        let bytes = if node.value_start & SIDE != 0 { &self.tree.side } else { self.source }.as_bytes();
        // Codes have two or three bytes: a call costs more than looking.
        bytes[start..][..value.len()].iter().zip(value).all(|(one, other)| one == other)
    }

    /// The first child of `parent` at `place`, whose value is there.
    pub fn child_text(self, parent: NodeId, place: PlaceId) -> Option<&'a str> {
        self.tree
            .children(parent)
            .find(|&child| self.tree.node(child).place == place)
            .and_then(|leaf| self.text(leaf))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_taken_back_leaves_no_trace_and_a_reserved_leaf_is_absent_until_filled() {
        let mut tree = Tree::new();
        let root = tree.open(PlaceId::ROOT, Origin::default());
        let later = tree.reserve(PlaceId(1));
        let empty = tree.open(PlaceId(2), Origin::default());
        tree.truncate(empty);
        let record = tree.open(PlaceId(3), Origin::default());
        tree.leaf(PlaceId(4), "x", Origin::default());
        tree.close(record);
        tree.close(root);
        assert_eq!(View::new(&tree, "").text(later), None);
        tree.fill(later, "14", Origin::default());
        let view = View::new(&tree, "");
        assert_eq!(view.text(later), Some("14"));
        assert_eq!(tree.children(root).collect::<Vec<_>>(), [later, record]);
        assert_eq!(view.child_text(record, PlaceId(4)), Some("x"));
    }
}

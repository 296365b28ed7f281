//! The values and records in a record, in the order of the guide.

use crate::tree::arena::Node;
use crate::tree::{NodeId, PlaceId, View};

/// What is in one record of a tree. Where it stands in the order of its places, as it does nearly always, it is gone
/// through once; otherwise each place is looked for from the start.
pub(super) struct Walk<'a> {
    view: View<'a>,
    nodes: &'a [Node],
    start: u32,
    next: u32,
    end: u32,
    is_ordered: bool,
}

impl<'a> Walk<'a> {
    /// Over what is in `node`; over nothing if there is none. `is_ascending` says that it will be asked for places in
    /// ascending order.
    pub(super) fn new(view: View<'a>, node: Option<NodeId>, is_ascending: bool) -> Self {
        let place = |child: &NodeId| view.tree.node(*child).place;
        let is_ordered = is_ascending
            && node.is_none_or(|node| view.tree.children(node).is_sorted_by_key(|child| place(&child)));
        let nodes = view.tree.nodes();
        let start = node.map_or(0, |node| node.0 + 1);
        let end = node.map_or(0, |node| view.tree.node(node).end.min(nodes.len() as u32));
        Walk { view, nodes, start, next: start, end, is_ordered }
    }

    /// The value of the first leaf at a place; "" if there is none.
    #[inline]
    pub(super) fn text(&mut self, place: PlaceId) -> &'a str {
        self.leaf(place).and_then(|leaf| self.view.text(leaf)).unwrap_or("")
    }

    /// The first leaf at a place.
    #[inline(always)]
    pub(super) fn leaf(&mut self, place: PlaceId) -> Option<NodeId> {
        self.begin();
        self.next(place)
    }

    /// Before another place is asked for.
    #[inline(always)]
    pub(super) fn begin(&mut self) {
        if !self.is_ordered {
            self.next = self.start;
        }
    }

    /// The next child at a place.
    #[inline(always)]
    pub(super) fn next(&mut self, place: PlaceId) -> Option<NodeId> {
        while self.next < self.end {
            let id = self.next;
            let node = &self.nodes[id as usize];
            if self.is_ordered && node.place > place {
                return None;
            }
            self.next = node.end;
            if node.place == place {
                return Some(NodeId(id));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;
    use crate::tree::arena::Origin;

    /// What is found of places 1 to 4 in a record with leaves at these places, each with its number as its value.
    fn found(places: &[u32]) -> (Vec<String>, usize) {
        let mut tree = Tree::new();
        let root = tree.open(PlaceId::ROOT, Origin::default());
        for (at, &place) in places.iter().enumerate() {
            tree.leaf(PlaceId(place), &at.to_string(), Origin::default());
        }
        tree.close(root);
        let mut walk = Walk::new(View::new(&tree, ""), Some(root), true);
        let texts = (1..=4).map(|place| walk.text(PlaceId(place)).to_string()).collect();
        walk.begin();
        let mut count = 0;
        while walk.next(PlaceId(5)).is_some() {
            count += 1;
        }
        (texts, count)
    }

    #[test]
    fn the_first_of_each_place_is_found_in_any_order() {
        let texts = |texts: [&str; 4]| texts.map(str::to_string).to_vec();
        assert_eq!(found(&[1, 2, 2, 4, 5, 5]), (texts(["0", "1", "", "3"]), 2));
        assert_eq!(found(&[4, 5, 2, 1, 5, 2]), (texts(["3", "2", "", "0"]), 2));
        assert_eq!(found(&[]), (texts(["", "", "", ""]), 0));
    }
}

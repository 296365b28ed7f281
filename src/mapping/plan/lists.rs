//! Lists in a plan: what functions of lists read, and how one record of many is picked.

use super::{Expr, Nodes};

/// What a list function reads.
#[derive(Debug)]
pub enum ListSource {
    /// The values a path leads to.
    Nodes(Nodes),
    /// One value.
    Value(Box<Expr>),
    /// Several lists, one behind the other: `(a, b)`.
    Several(Vec<ListSource>),
    /// `split(text, separator)`
    Parts(Box<Expr>, Box<Expr>),
    /// `wrap(text, 60)`
    Lines(Box<Expr>, usize),
    /// `distinct(list)`: values that came before are left out.
    Distinct(Box<ListSource>),
    /// The values a path within a picked record leads to.
    Within(Box<Within<ListSource>>),
}

impl ListSource {
    /// The first path in it, as written.
    pub fn first_path(&self) -> Option<&Nodes> {
        match self {
            ListSource::Nodes(nodes) => Some(nodes),
            ListSource::Value(value) | ListSource::Parts(value, _) | ListSource::Lines(value, _) => {
                value.first_path()
            }
            ListSource::Several(items) => items.iter().find_map(ListSource::first_path),
            ListSource::Distinct(inner) => inner.first_path(),
            ListSource::Within(within) => within.pick.first_path(),
        }
    }

    /// Calls `path` for every path that is read as a list, and `value` for every expression directly inside.
    pub fn parts(&self, path: &mut dyn FnMut(&Nodes), value: &mut dyn FnMut(&Expr)) {
        match self {
            ListSource::Nodes(nodes) => path(nodes),
            ListSource::Value(inner) | ListSource::Lines(inner, _) => value(inner),
            ListSource::Parts(text, separator) => {
                value(text);
                value(separator);
            }
            ListSource::Several(items) => items.iter().for_each(|item| item.parts(path, value)),
            ListSource::Distinct(inner) => inner.parts(path, value),
            ListSource::Within(within) => {
                within.pick.parts(path, value);
                within.inner.parts(path, value);
            }
        }
    }
}

/// The functions of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFunction {
    /// Sum of numbers; 0 for none.
    Sum,
    /// How many are there.
    Count,
    /// How many different values are there.
    CountDistinct,
    /// The sum of the digits of numbers, the point left out, and as many digits of it.
    HashTotal(u8),
    /// The first that is there.
    First,
    /// The last that is there.
    Last,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The one value all have; a finding if they differ.
    Same,
    /// The only one; a finding if there are more.
    One,
}

/// Something read within a picked record: `lookup(orig.lines, no = l.no).qty`.
#[derive(Debug)]
pub struct Within<T> {
    /// The record.
    pub pick: Pick,
    /// The slot it is put in.
    pub slot: usize,
    /// What is read from there.
    pub inner: T,
}

/// One record.
#[derive(Debug)]
pub enum Pick {
    /// One of those a path leads to.
    Of(Which, Nodes),
    /// The first of a list in which a field has a value.
    Where(Box<LookupPlan>),
    /// A document that the line of this number among [`super::Plan::lookups`] looks up, by the values of its keys.
    Document(usize, Vec<Expr>),
}

/// Which record of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The first.
    First,
    /// The last.
    Last,
    /// The only one; a finding if there are more.
    Only,
}

/// `lookup(list, field = value)`
#[derive(Debug)]
pub struct LookupPlan {
    /// The list.
    pub nodes: Nodes,
    /// Where each of its records is put to look at the field.
    pub slot: usize,
    /// The field.
    pub field: Expr,
    /// The value it must have, found once for all records.
    pub value: Expr,
    /// Number of its index among [`super::Plan::indexes`], if it can have one.
    pub index: Option<usize>,
}

impl Pick {
    /// The first path in it, as written.
    pub fn first_path(&self) -> Option<&Nodes> {
        match self {
            Pick::Of(_, nodes) => Some(nodes),
            Pick::Where(lookup) => Some(&lookup.nodes),
            Pick::Document(_, keys) => keys.iter().find_map(Expr::first_path),
        }
    }

    /// Calls `path` for the path to its records, and `value` for every expression directly inside.
    pub fn parts(&self, path: &mut dyn FnMut(&Nodes), value: &mut dyn FnMut(&Expr)) {
        match self {
            Pick::Of(_, nodes) => path(nodes),
            Pick::Where(lookup) => {
                path(&lookup.nodes);
                value(&lookup.field);
                value(&lookup.value);
            }
            Pick::Document(_, keys) => keys.iter().for_each(value),
        }
    }
}

/// `any(list, condition)`, `all(list, condition)`
#[derive(Debug)]
pub struct Quantified {
    /// Whether the condition must hold for all, and not for one.
    pub is_all: bool,
    /// The list.
    pub nodes: Nodes,
    /// Where each of its records is put.
    pub slot: usize,
    /// The condition.
    pub condition: Expr,
}

//! A compiled map: what is built, in the order it is built, over place ids. No name is looked up at run time.

mod facts;
mod glance;
mod lists;
mod nodes;

pub use facts::{Conversion, Meta, Position, RunningSum};
pub use glance::Glance;
pub use lists::{ListFunction, ListSource, LookupPlan, Pick, Quantified, Which, Within};
pub use nodes::{Field, Needs, Nodes, Start, Step, Way};

use super::fields::SlotFields;
use super::functions::Function;
use super::functions::prepared::Prepared;
use super::tables::Table;
use super::turns::Turns;
use crate::base::decimal::{Decimal, RoundingMode};
use crate::base::span::Span;
use crate::diagnostics::Severity;
use crate::tree::value::ValueKind;
use crate::tree::{LeafType, PlaceId, Shape};
use regex::Regex;
use std::sync::Arc;

/// A compiled map.
#[derive(Debug)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// The guide or canonical document it reads.
    pub source: SideName,
    /// The guide or canonical document it builds.
    pub target: SideName,
    /// Shape of what it reads.
    pub source_shape: Arc<Shape>,
    /// Shape of what it builds.
    pub target_shape: Arc<Shape>,
    /// The whole target.
    pub root: RecordPlan,
    /// Earlier documents it looks up; slot `1 + index` holds each.
    pub earlier: Vec<EarlierPlan>,
    /// Documents looked up inside blocks, by `earlier` there and by `item(…)`.
    pub lookups: Vec<EarlierPlan>,
    /// What makes several documents of a message.
    pub split: Option<SplitPlan>,
    /// The slots a run needs, each with the places that paths from it lead to.
    pub slots: Vec<SlotFields>,
    /// The texts of leaves that are constants.
    pub constants: String,
    /// How many counters `seq()` needs.
    pub sequences: usize,
    /// How many lists `lookup` may have an index of.
    pub indexes: usize,
    /// Per source place, whether some line reads it or ignores it with a reason.
    pub read: Vec<bool>,
    /// What happens with values nobody reads; `None` is nothing.
    pub unmapped: Option<Severity>,
    /// The lines of the map, so that a value can name the line that made it: rule `n` is `rules[n - 1]`.
    pub rules: Vec<Span>,
    /// Conditions of the guide across segments, told to the sender like other guide findings.
    pub cases: Vec<CheckPlan>,
}

/// What a map reads or builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideName {
    /// A guide.
    Guide(String),
    /// A canonical document.
    Canonical(String),
}

/// One record of the target.
#[derive(Debug, Default)]
pub struct RecordPlan {
    /// Leaves, in the order of the shape.
    pub leaves: Vec<LeafPlan>,
    /// Those that need nothing of the records inside, in the order of their dependencies.
    pub first: Turns,
    /// Records inside, in the order of the shape; several blocks for one place in the order written.
    pub blocks: Vec<BlockPlan>,
    /// Those that need the records inside.
    pub last: Turns,
    /// Values of `let`, each with its slot, evaluated before everything else.
    pub lets: Vec<(usize, LetPlan)>,
    /// Checks, after everything else.
    pub checks: Vec<CheckPlan>,
    /// Whether leaves may go into the tree as they are made. If not, all of them are reserved first, in the order of
    /// the shape, which writers of segments need.
    pub is_in_order: bool,
}

/// What a `let` holds.
#[derive(Debug)]
pub enum LetPlan {
    /// A value.
    Value(Expr),
    /// A value that [`Expr::is_quiet`]: it is evaluated by the first line that needs it, if there is one.
    Quiet(Expr),
    /// A record named by a path.
    Record(Nodes),
    /// A record picked from several: `lookup(…)`, `one(…)`.
    Picked(Pick),
    /// A document that the line of this number among [`Plan::lookups`] looks up.
    Document(usize),
    /// Nothing yet: the first line that needs it fills it.
    Later,
    /// What it is in one branch of a `when`; nothing in the other.
    Guarded(Arc<Guard>, Box<LetPlan>),
}

/// The branch of a `when` that a line stands in.
#[derive(Debug)]
pub struct Guard {
    /// The condition, evaluated once for all lines of both branches.
    pub condition: Arc<Expr>,
    /// Whether it must hold; not so behind `otherwise`.
    pub holds: bool,
    /// The branch that the `when` stands in itself.
    pub around: Option<Arc<Guard>>,
    /// Number of its line.
    pub rule: u32,
}

impl Guard {
    /// Whether both are branches of one `when`, and not the same.
    pub fn is_other_branch(&self, other: &Guard) -> bool {
        Arc::ptr_eq(&self.condition, &other.condition) && self.holds != other.holds
    }
}

/// One leaf of the target.
#[derive(Debug)]
pub struct LeafPlan {
    /// Its place.
    pub place: PlaceId,
    /// Its type.
    pub leaf: LeafType,
    /// Where its value comes from.
    pub value: Expr,
    /// How that value becomes text.
    pub making: Making,
    /// Longest text in characters; 0 if there is no bound. A longer number may still fit.
    pub max_length: u32,
    /// Most digits of a number before and behind the point.
    pub digits: Option<(u8, u8)>,
    /// Whether it is a constant or parameter: such a leaf alone does not make its record worth writing.
    pub is_constant: bool,
    /// Text of `required`.
    pub required: Option<Message>,
    /// Whether cutting is allowed and flagged.
    pub truncate: Option<Truncate>,
    /// `round`
    pub round: Option<Round>,
    /// The qualifier of this value is written only if the value is.
    pub beside: Option<PlaceId>,
    /// What it is made from at once, if that is there.
    pub quick: Option<Quick>,
    /// The branch it stands in.
    pub guard: Option<Arc<Guard>>,
    /// Number of its line.
    pub rule: u32,
}

/// What a leaf is made from without evaluating its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quick {
    /// The text in a field of a slot. If there is none, or not one that can be copied, the value is evaluated.
    Copy {
        /// The slot.
        slot: usize,
        /// The field.
        field: Field,
    },
    /// A part of [`Plan::constants`].
    Constant {
        /// Its first byte.
        start: u32,
        /// Its length in bytes.
        len: u32,
    },
}

/// How a leaf's value becomes the text of the leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// The value is text and the leaf takes text.
    Text,
    /// A number is copied from a leaf that shows it the same way.
    Number,
    /// The value is a number and the leaf takes numbers.
    Computed,
    /// It is evaluated and written as the leaf's type wants it.
    Value,
}

impl Making {
    /// Whether a text of the source may be the text of the leaf as it is.
    pub fn copies(self) -> bool {
        matches!(self, Making::Text | Making::Number)
    }

    /// How a leaf of type `leaf` is made from `value`.
    pub fn of(value: &Expr, leaf: &LeafType, round: Option<Round>) -> Making {
        let is_number = |leaf: &LeafType| matches!(leaf, LeafType::Integer | LeafType::Decimal);
        match (leaf, value) {
            (LeafType::Text | LeafType::Code, value) if value.gives_text() => Making::Text,
            (leaf, Expr::Leaf(nodes))
                if is_number(leaf)
                    && !matches!(round, Some(Round::To(..)))
                    && nodes.leaves.iter().all(|(_, leaf)| is_number(leaf)) =>
            {
                Making::Number
            }
            (leaf, value) if is_number(leaf) && value.gives_number() => Making::Computed,
            _ => Making::Value,
        }
    }
}

/// `truncate [warn]`
#[derive(Debug, Clone, Copy)]
pub struct Truncate {
    /// Longest value of the target.
    pub length: u32,
    /// Whether cutting is flagged.
    pub warn: bool,
}

/// `round exact`, `round 2 half_up`
#[derive(Debug, Clone, Copy)]
pub enum Round {
    /// No rounding; a division that does not come out is a finding.
    Exact,
    /// To digits.
    To(u8, RoundingMode),
}

/// A record or list of records of the target.
#[derive(Debug)]
pub struct BlockPlan {
    /// Its place.
    pub place: PlaceId,
    /// What it is made from.
    pub kind: BlockKind,
    /// The branch it stands in.
    pub guard: Option<Arc<Guard>>,
    /// `when`, `where`
    pub condition: Option<Expr>,
    /// What is in it.
    pub record: RecordPlan,
    /// `always`
    pub always: bool,
    /// Text of `required`.
    pub required: Option<Message>,
    /// What must be there for there to be a record.
    pub needs: Option<Needs>,
    /// Number of its line.
    pub rule: u32,
    /// Made by a path such as `W06.01`: `this` stays the record around it.
    pub is_implied: bool,
    /// A part of a segment: constants alone are worth writing in it, as they are in the segment itself.
    pub is_part: bool,
}

/// What a block is made from.
#[derive(Debug)]
pub enum BlockKind {
    /// Once, in the scope around it.
    Plain,
    /// Once if the path leads to a record, which is put in the slot.
    Section(Nodes, usize),
    /// For each record, which is put in the slot.
    Each(RecordsPlan),
    /// For each value of a list, which is put in the slot.
    Values {
        /// The values.
        list: ListSource,
        /// Where the current one is put.
        slot: usize,
    },
    /// No record, but a leaf for each value of a list.
    Leaves {
        /// The values.
        list: ListSource,
        /// How each becomes a leaf; its own value is not evaluated.
        leaf: Box<LeafPlan>,
    },
    /// A copy of a record with all that is in it: pairs of source and target places.
    Copy(Nodes, Vec<(PlaceId, PlaceId)>),
}

impl BlockKind {
    /// The slot of what it goes through, if it goes through a list.
    pub fn listed(&self) -> Option<usize> {
        match self {
            BlockKind::Each(records) => Some(records.slot),
            BlockKind::Values { slot, .. } => Some(*slot),
            BlockKind::Plain | BlockKind::Section(..) | BlockKind::Leaves { .. } | BlockKind::Copy(..) => {
                None
            }
        }
    }

    /// The path to the records it is about.
    pub fn path(&self) -> Option<&Nodes> {
        match self {
            BlockKind::Plain => None,
            BlockKind::Values { list, .. } | BlockKind::Leaves { list, .. } => list.first_path(),
            BlockKind::Section(nodes, _) | BlockKind::Copy(nodes, _) => Some(nodes),
            BlockKind::Each(records) => Some(&records.nodes),
        }
    }
}

/// Records that `each` goes through.
#[derive(Debug)]
pub struct RecordsPlan {
    /// The records.
    pub nodes: Nodes,
    /// Where the current one, or the current group, is put.
    pub slot: usize,
    /// `inside CPS as p`: the places of a record around each, and the slot it is put in.
    pub inside: Vec<(Vec<PlaceId>, usize)>,
    /// Keys of `group by`.
    pub group_by: Vec<Expr>,
    /// Keys of `sort by`.
    pub sort_by: Vec<Expr>,
}

/// `each document from …`: the plan runs once for each record, or group of records, of the message.
#[derive(Debug)]
pub struct SplitPlan {
    /// The records.
    pub records: RecordsPlan,
    /// `where`
    pub condition: Option<Expr>,
    /// What is said if there is none.
    pub required: Option<Message>,
    /// How many of the first values of the root it may need.
    pub lets: usize,
    /// Number of its line.
    pub rule: u32,
}

/// A check.
#[derive(Debug)]
pub struct CheckPlan {
    /// What a breach does.
    pub severity: Severity,
    /// The author's code.
    pub code: String,
    /// What is said.
    pub text: Message,
    /// The branch it stands in.
    pub guard: Option<Arc<Guard>>,
    /// What must hold.
    pub condition: Expr,
    /// The line.
    pub rule: u32,
}

/// An `earlier` line.
#[derive(Debug)]
pub struct EarlierPlan {
    /// The canonical document.
    pub document: String,
    /// Its shape.
    pub shape: Arc<Shape>,
    /// Fields and the values they must have.
    pub keys: Vec<(String, Expr)>,
    /// What if there is none.
    pub unknown: PolicyPlan,
    /// Whether the document of several that came last is the one: master data replaces what came before.
    pub is_newest: bool,
    /// The line.
    pub rule: u32,
}

/// A text for people with values in it.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Words and values in order.
    pub parts: Vec<MessagePartPlan>,
}

/// A part of a message.
#[derive(Debug, Clone)]
pub enum MessagePartPlan {
    /// Words.
    Text(String),
    /// A value.
    Value(Arc<Expr>),
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// Nothing.
    Absent,
    /// Text.
    Text(Box<str>),
    /// A number.
    Number(Decimal),
    /// Truth.
    Bool(bool),
}

impl Constant {
    /// Its kind.
    pub fn kind(&self) -> ValueKind {
        match self {
            Constant::Absent => ValueKind::Nothing,
            Constant::Text(_) => ValueKind::Text,
            Constant::Number(_) => ValueKind::Number,
            Constant::Bool(_) => ValueKind::Bool,
        }
    }
}

/// An expression over place ids and slots.
#[derive(Debug)]
pub enum Expr {
    /// A constant or parameter.
    Constant(Constant),
    /// The first value a path leads to.
    Leaf(Nodes),
    /// The value beside a qualifier.
    Pair(Box<PairPlan>),
    /// The value of a `let`.
    Slot(usize),
    /// A value that several lines of a record share: the first that needs it evaluates it into the slot.
    Once(usize, Box<Expr>),
    /// Whether a path leads to anything.
    Exists(Nodes),
    /// Whether there is a value.
    Present(Box<Expr>),
    /// An operator.
    Binary(crate::language::syntax::Operator, Box<Expr>, Box<Expr>),
    /// `not`
    Not(Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `x in (…)`
    In(Box<Expr>, Vec<Expr>),
    /// `x else y`
    Else(Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `via`
    Via(Box<ViaPlan>),
    /// A function of values.
    Call(Box<CallPlan>),
    /// `x matches "…"`
    Matches(Box<Expr>, Box<Regex>),
    /// `length(x) <= 35`
    Glance(Box<Glance>),
    /// `any(…)`, `all(…)`
    Quantified(Box<Quantified>),
    /// Something read within a picked record.
    Within(Box<Within<Expr>>),
    /// `msg_meta("sender")`
    Meta(Meta),
    /// `index()`, `first()`, `last()` of the list whose records are put in the slot.
    Position(Position, usize),
    /// `running_sum(x, key)`
    RunningSum(Box<RunningSum>),
    /// `convert_qty(qty, from, to, sku)`
    Conversion(Box<Conversion>),
    /// A function of a list.
    List(ListFunction, ListSource),
    /// `join(a, b, sep)`: texts and lists of texts.
    Join(Vec<ListSource>, Box<Expr>),
    /// `seq()`, `seq(10, 10)`
    Sequence {
        /// Which counter.
        counter: usize,
        /// First number.
        start: Decimal,
        /// Step.
        step: Decimal,
        /// Whether it goes on through the whole target, and does not begin again in each record around.
        is_whole: bool,
    },
}

impl Expr {
    /// The first path in it, as written: what a line is about if it gives nothing.
    pub fn first_path(&self) -> Option<&Nodes> {
        match self {
            Expr::Leaf(nodes) | Expr::Exists(nodes) => Some(nodes),
            Expr::Pair(pair) => Some(&pair.nodes),
            Expr::Binary(_, one, other) => one.first_path().or_else(|| other.first_path()),
            Expr::Once(_, inner) | Expr::Not(inner) | Expr::Negate(inner) | Expr::Present(inner) => {
                inner.first_path()
            }
            Expr::In(value, _) => value.first_path(),
            Expr::Else(value, _) => value.first_path(),
            Expr::If(condition, then, _) => then.first_path().or_else(|| condition.first_path()),
            Expr::Via(via) => via.keys.iter().find_map(Expr::first_path),
            Expr::Call(call) => call.arguments.iter().find_map(Expr::first_path),
            Expr::Matches(value, _) => value.first_path(),
            Expr::Glance(glance) => glance.text.first_path(),
            Expr::Quantified(quantified) => Some(&quantified.nodes),
            Expr::Within(within) => within.pick.first_path(),
            Expr::RunningSum(sum) => sum.value.first_path(),
            Expr::Conversion(conversion) => conversion.qty.first_path(),
            Expr::Meta(_) | Expr::Position(..) => None,
            Expr::List(_, source) => source.first_path(),
            Expr::Join(items, _) => items.iter().find_map(ListSource::first_path),
            Expr::Constant(_) | Expr::Slot(_) | Expr::Sequence { .. } => None,
        }
    }
}

/// A call of a function of values.
#[derive(Debug)]
pub struct CallPlan {
    /// The function.
    pub function: &'static Function,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// The argument that was made ready.
    pub prepared: Option<Prepared>,
    /// The line.
    pub rule: u32,
}

/// The value beside the qualifier `code` among declared pairs of a record.
#[derive(Debug)]
pub struct PairPlan {
    /// The record.
    pub nodes: Nodes,
    /// Places of qualifiers and values.
    pub pairs: Vec<(PlaceId, PlaceId)>,
    /// The qualifier.
    pub code: Box<str>,
    /// The field of the value in the slot the path starts from; `None` if it must be looked for.
    pub field: Option<Field>,
}

/// `x via …`
#[derive(Debug)]
pub struct ViaPlan {
    /// What is looked up; several for tables with several keys.
    pub keys: Vec<Expr>,
    /// Where.
    pub table: Arc<Table>,
    /// Result column of the table.
    pub column: usize,
    /// Looked up from result to key.
    pub reversed: bool,
    /// What if there is no row.
    pub unknown: PolicyPlan,
    /// The line.
    pub rule: u32,
}

/// What happens when something is not found.
#[derive(Debug)]
pub struct PolicyPlan {
    /// What is done.
    pub kind: PolicyKindPlan,
    /// Whether it is flagged.
    pub warn: bool,
    /// The author's words.
    pub text: Option<Message>,
}

/// The policies.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyKindPlan {
    /// A finding of this severity; the value is absent.
    Finding(Severity),
    /// The source's value.
    Keep,
    /// A constant; absent for `absent`.
    Constant(Constant),
}

impl Expr {
    /// Calls `each` for every path that this one reads itself, not by an expression inside it.
    pub fn paths(&self, each: &mut dyn FnMut(&Nodes)) {
        match self {
            Expr::Leaf(nodes) | Expr::Exists(nodes) => each(nodes),
            Expr::Pair(pair) => each(&pair.nodes),
            Expr::List(_, source) => source.parts(each, &mut |_| ()),
            Expr::Join(items, _) => items.iter().for_each(|item| item.parts(each, &mut |_| ())),
            Expr::Quantified(quantified) => each(&quantified.nodes),
            Expr::Within(within) => within.pick.parts(each, &mut |_| ()),
            Expr::Conversion(conversion) => conversion.item.parts(each, &mut |_| ()),
            _ => {}
        }
    }

    /// Calls `each` for every expression directly inside this one.
    pub fn children(&self, each: &mut dyn FnMut(&Expr)) {
        match self {
            Expr::Constant(_)
            | Expr::Leaf(_)
            | Expr::Pair(_)
            | Expr::Slot(_)
            | Expr::Exists(_)
            | Expr::Meta(_)
            | Expr::Position(..)
            | Expr::Sequence { .. } => {}
            Expr::Binary(_, left, right) | Expr::Else(left, right) => {
                each(left);
                each(right);
            }
            Expr::Once(_, inner)
            | Expr::Not(inner)
            | Expr::Negate(inner)
            | Expr::Present(inner)
            | Expr::Matches(inner, _) => each(inner),
            Expr::Glance(glance) => each(&glance.text),
            Expr::List(_, source) => source.parts(&mut |_| (), each),
            Expr::Quantified(quantified) => each(&quantified.condition),
            Expr::RunningSum(sum) => {
                each(&sum.value);
                sum.key.iter().for_each(each);
            }
            Expr::Conversion(conversion) => {
                [&conversion.qty, &conversion.from, &conversion.to].into_iter().for_each(&mut *each);
                conversion.item.parts(&mut |_| (), each);
            }
            Expr::Within(within) => {
                within.pick.parts(&mut |_| (), each);
                each(&within.inner);
            }
            Expr::In(value, list) => {
                each(value);
                list.iter().for_each(each);
            }
            Expr::If(condition, then, otherwise) => {
                each(condition);
                each(then);
                each(otherwise);
            }
            Expr::Via(via) => via.keys.iter().for_each(each),
            Expr::Call(call) => call.arguments.iter().for_each(each),
            Expr::Join(items, separator) => {
                items.iter().for_each(|item| item.parts(&mut |_| (), each));
                each(separator);
            }
        }
    }
}

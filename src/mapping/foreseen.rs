//! What is known of lines before they run: what kind of value they give, and which fields must be set for one.

use super::plan::{
    BlockKind, Constant, Expr, ListFunction, ListSource, Needs, Nodes, PolicyKindPlan, Quick, Start, Way,
};

impl Expr {
    /// Whether it gives text or nothing, whatever the message.
    pub fn gives_text(&self) -> bool {
        let is_constant_text = |constant: &Constant| matches!(constant, Constant::Text(_) | Constant::Absent);
        match self {
            Expr::Constant(constant) => is_constant_text(constant),
            Expr::Leaf(nodes) => nodes.gives_text,
            Expr::Pair(_) | Expr::Join(..) | Expr::Binary(crate::language::syntax::Operator::Join, ..) => {
                true
            }
            Expr::Else(left, right) | Expr::If(_, left, right) => left.gives_text() && right.gives_text(),
            Expr::Via(via) => match &via.unknown.kind {
                PolicyKindPlan::Constant(constant) => is_constant_text(constant),
                PolicyKindPlan::Finding(_) | PolicyKindPlan::Keep => true,
            },
            Expr::Call(call) => call.function.result == crate::tree::value::ValueKind::Text,
            Expr::List(function, ListSource::Nodes(nodes)) => function.is_of_one() && nodes.gives_text,
            Expr::Within(within) => within.inner.gives_text(),
            Expr::Meta(meta) => meta.kind() == crate::tree::value::ValueKind::Text,
            _ => false,
        }
    }

    /// Whether it gives a number or nothing, whatever the message.
    pub fn gives_number(&self) -> bool {
        match self {
            Expr::Constant(constant) => matches!(constant, Constant::Number(_)),
            Expr::Leaf(nodes) => nodes.gives_number,
            Expr::Binary(operator, ..) => operator.is_arithmetic(),
            Expr::Else(left, right) | Expr::If(_, left, right) => left.gives_number() && right.gives_number(),
            Expr::List(ListFunction::Sum, ListSource::Nodes(nodes)) => nodes.gives_number,
            Expr::Sequence { .. } | Expr::RunningSum(_) | Expr::Conversion(_) => true,
            Expr::Within(within) => within.inner.gives_number(),
            _ => false,
        }
    }

    /// Whether it has nothing to tell, whatever the message, and reads nothing of the target: then it does not matter when
    /// it is evaluated, or whether it is.
    pub fn is_quiet(&self) -> bool {
        use crate::language::syntax::Operator as O;
        match self {
            Expr::Constant(_) | Expr::Slot(_) => true,
            Expr::Leaf(nodes) => nodes.gives_text && nodes.is_quiet(),
            Expr::Exists(nodes) => nodes.is_quiet(),
            Expr::Pair(pair) => pair.nodes.is_quiet(),
            Expr::Present(inner) | Expr::Not(inner) | Expr::Matches(inner, _) => inner.is_quiet(),
            Expr::Glance(glance) => glance.text.is_quiet(),
            Expr::Binary(operator, left, right) => {
                let is_quiet = !operator.is_arithmetic() && *operator != O::Join;
                is_quiet && left.is_quiet() && right.is_quiet()
            }
            Expr::In(value, list) => value.is_quiet() && list.iter().all(Expr::is_quiet),
            Expr::Else(left, right) => left.is_quiet() && right.is_quiet(),
            Expr::If(condition, then, otherwise) => {
                condition.is_quiet() && then.is_quiet() && otherwise.is_quiet()
            }
            Expr::Call(call) => {
                let is_total = match (call.function.name, call.arguments.as_slice()) {
                    ("length" | "lower" | "trim" | "upper", [_]) => true,
                    ("left" | "right", [_, Expr::Constant(Constant::Number(count))]) => {
                        count.is_integer() && !count.is_negative()
                    }
                    _ => false,
                };
                is_total && call.arguments.iter().all(Expr::is_quiet)
            }
            _ => false,
        }
    }

    /// What must be there for it to give anything; `None` if that cannot be told.
    pub fn needs(&self) -> Option<Needs> {
        match self {
            Expr::Leaf(nodes) => nodes.needs(),
            Expr::Pair(pair) => match pair.nodes.start {
                Start::Slot(slot) => Needs::field(slot, pair.field?),
                _ => None,
            },
            Expr::Once(_, inner) => inner.needs(),
            Expr::Else(value, fallback) => value.needs()?.or(fallback.needs()?),
            Expr::Via(via) => via.keys.first()?.needs(),
            // Without its first argument a function is not called, nor are the others evaluated.
            Expr::Call(call) => {
                let first = call.arguments.iter().find(|argument| !matches!(argument, Expr::Constant(_)));
                first?.needs()
            }
            Expr::List(function, source) if function.is_of_one() => source.needs(),
            Expr::Join(items, separator) if matches!(**separator, Expr::Constant(_)) => {
                let mut needs = items.iter().map(ListSource::needs);
                let first = needs.next()??;
                needs.try_fold(first, |all, needs| all.or(needs?))
            }
            _ => None,
        }
    }

    /// The field of a slot that is its value if there is a text in it.
    pub fn copies(&self) -> Option<Quick> {
        let (start, field) = match self {
            Expr::Leaf(Nodes { start, way: Way::To { field, .. }, is_single: true, .. }) => (*start, *field),
            Expr::Pair(pair) => (pair.nodes.start, pair.field?),
            Expr::List(
                ListFunction::First,
                ListSource::Nodes(Nodes { start, way: Way::To { field, .. }, gives_text: true, .. }),
            ) => (*start, *field),
            Expr::Call(call) if call.function.name == "text" => match call.arguments.as_slice() {
                [number] if number.gives_number() => return number.copies(),
                _ => return None,
            },
            Expr::Else(value, _) => return value.copies(),
            _ => return None,
        };
        match start {
            Start::Slot(slot) => Some(Quick::Copy { slot, field }),
            Start::Group(_) | Start::This | Start::Out | Start::Chosen => None,
        }
    }
}

impl Expr {
    /// Whether what it copies is a number: its text is right if it is the one that would be written.
    pub fn copies_number(&self) -> bool {
        match self {
            Expr::Leaf(nodes) => nodes.gives_number,
            Expr::Call(call) => call.arguments.iter().any(Expr::copies_number),
            Expr::Else(value, _) => value.copies_number(),
            _ => false,
        }
    }
}

impl ListFunction {
    /// Whether it gives one of the list's values, or nothing if there is none.
    fn is_of_one(self) -> bool {
        use ListFunction as F;
        !matches!(self, F::Sum | F::Count | F::CountDistinct | F::HashTotal(_))
    }
}

impl ListSource {
    fn needs(&self) -> Option<Needs> {
        match self {
            ListSource::Nodes(nodes) => nodes.needs(),
            ListSource::Value(expr) => expr.needs(),
            _ => None,
        }
    }
}

impl Nodes {
    fn is_quiet(&self) -> bool {
        matches!(self.start, Start::Slot(_)) && !self.has_conditions()
    }

    /// What must be there for it to lead anywhere; `None` if that cannot be told.
    fn needs(&self) -> Option<Needs> {
        match (self.start, &self.way) {
            (Start::Slot(slot), Way::To { field, .. } | Way::From(field)) => Needs::field(slot, *field),
            _ => None,
        }
    }
}

impl BlockKind {
    /// What must be there for there to be a record; `None` if that cannot be told.
    pub fn needs(&self) -> Option<Needs> {
        match self {
            BlockKind::Section(nodes, _) | BlockKind::Copy(nodes, _) => nodes.needs(),
            BlockKind::Each(records) => records.nodes.needs(),
            BlockKind::Plain | BlockKind::Values { .. } | BlockKind::Leaves { .. } => None,
        }
    }
}

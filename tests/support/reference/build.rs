//! Statements: one after the other into the record they stand in.

use super::evaluate::{Bound, Found, Scope, constant};
use super::value::{Node, Schema, Value};
use super::{Address, Run, functions};
use crossdock::diagnostics::{Code, Severity};
use crossdock::language::syntax::{
    Assignment, Block, CheckLine, Expression, ExpressionKind, FragmentDocument, Literal, LiteralKind,
    MapDocument, Occurrence, Path as SyntaxPath, PathStep, PolicyKind, SelectorKind, Side, Statement,
    StatementKind, StepName, TableReference, Via, Word,
};
use std::rc::Rc;

/// A record in the making.
struct Building {
    schema: Rc<Schema>,
    parts: Vec<Part>,
    /// Whether something in it is neither constant nor parameter.
    is_worth_it: bool,
    /// Labels of pairs that have a line.
    owned: Vec<String>,
}

enum Part {
    Node(Rc<Node>),
    /// Made by a path such as `W06.01`.
    Implied(Building),
}

impl Building {
    fn new(schema: &Rc<Schema>) -> Building {
        Building { schema: schema.clone(), parts: Vec::new(), is_worth_it: false, owned: Vec::new() }
    }

    fn leaf(&mut self, schema: &Rc<Schema>, text: String) {
        let node = Node { schema: schema.clone(), text: Some(text), children: Vec::new() };
        self.parts.push(Part::Node(Rc::new(node)));
    }

    /// The record, and whether it is worth writing.
    fn finish(self) -> (Rc<Node>, bool) {
        let (mut children, mut is_worth_it) = (Vec::new(), self.is_worth_it);
        for part in self.parts {
            match part {
                Part::Node(node) => children.push(node),
                Part::Implied(inner) => {
                    let (node, inner_is_worth_it) = inner.finish();
                    // A composite is a part of its segment: constants stand in it as they do in the segment.
                    let is_composite = node.schema.position > 0 && !node.children.is_empty();
                    is_worth_it |= inner_is_worth_it;
                    if inner_is_worth_it || is_composite {
                        children.push(node);
                    }
                }
            }
        }
        (Rc::new(Node { schema: self.schema, text: None, children }), is_worth_it)
    }
}

impl Run<'_> {
    /// The whole target.
    pub fn whole(&self, map: &MapDocument, source: &Rc<Node>, target: &Rc<Schema>) -> Rc<Node> {
        let here = Bound::Node(source.clone());
        let mut names = Vec::new();
        if let Some((_, Some(alias))) = &map.from {
            names.push((alias.text.clone(), here.clone()));
        }
        for (line, found) in map.earlier.iter().zip(&self.given.earlier) {
            let bound = self.document(found, line.unknown.as_ref().map(|policy| &policy.kind));
            names.push((line.alias.text.clone(), bound));
        }
        let mut root = Building::new(target);
        if matches!(map.to, Some(crossdock::language::syntax::Side::Canonical(_))) {
            for (name, value) in &self.given.header {
                if let Some(field) = target.child(name) {
                    root.leaf(&field.clone(), value.clone());
                }
            }
        }
        self.builds_canonical.set(matches!(map.to, Some(Side::Canonical(_))));
        let scope = Scope {
            names,
            here,
            this: Vec::new(),
            around: Vec::new(),
            target: String::new(),
            position: (0, false),
        };
        self.statements(&mut root, &scope, &map.statements);
        let (node, _) = root.finish();
        self.records.borrow_mut().insert(Vec::new(), node.clone());
        node
    }

    /// What a look-up found; that it found nothing or too many is told.
    fn document(&self, found: &[Rc<Node>], unknown: Option<&PolicyKind>) -> Bound {
        let severity = match unknown {
            None | Some(PolicyKind::Hold) => Severity::Hold,
            Some(PolicyKind::Reject) => Severity::Reject,
            Some(PolicyKind::Warn) => Severity::Warn,
            Some(_) if found.is_empty() => return Bound::Value(Value::Absent),
            Some(_) => Severity::Hold,
        };
        match found {
            [one] => return Bound::Node(one.clone()),
            [] => self.report_as("B007", severity),
            _ => self.report(Code::B008),
        }
        Bound::Awaited
    }

    /// The document with these values, looked up for the record at hand; nothing where one of the values is absent.
    pub fn look_up(
        &self,
        scope: &Scope,
        kind: &str,
        keys: &[(&str, &Expression)],
        unknown: Option<&PolicyKind>,
    ) -> Bound {
        let mut wanted = Vec::new();
        for (field, value) in keys {
            match self.value(scope, value) {
                Value::Absent => return Bound::Value(Value::Absent),
                value => wanted.push((*field, value.show())),
            }
        }
        let Some(documents) = self.given.documents.get(kind) else { return self.document(&[], unknown) };
        let fits = |document: &&Rc<Node>| {
            let text = |field: &str| document.child(field).and_then(|child| child.text.clone());
            wanted.iter().all(|(field, value)| text(field).as_ref() == Some(value))
        };
        let mut found: Vec<Rc<Node>> = documents.told.iter().filter(fits).cloned().collect();
        if documents.is_master {
            // What was told last is what is so.
            found.drain(..found.len().saturating_sub(1));
        }
        self.document(&found, unknown)
    }

    fn statements(&self, building: &mut Building, scope: &Scope, statements: &[Statement]) {
        let mut scope = scope.clone();
        for statement in statements {
            match &statement.kind {
                StatementKind::Assign(line) => self.assign(building, &scope, line, &line.target.steps),
                StatementKind::Let { name, value } => {
                    let bound = self.bind(&scope, value);
                    scope.names.push((name.text.clone(), bound));
                }
                StatementKind::Section(block) => self.section(building, &scope, block, statement),
                StatementKind::Each(block) => self.each(building, &scope, block, statement),
                StatementKind::Use { name, argument } => {
                    let fragment = &self.workspace.fragments[&name.text];
                    let here = match &argument.kind {
                        ExpressionKind::Path(path) => self.first(&scope, path),
                        other => panic!("not a record: {other:?}"),
                    };
                    let names = vec![(fragment.source.text.clone(), here.clone())];
                    let inner = Scope { names, here, ..scope.clone() };
                    let is_canonical = |side: &Side| matches!(side, Side::Canonical(_));
                    let builds_canonical = self.builds_canonical.get();
                    let goes_back = is_canonical(&fragment.from) != is_canonical(&fragment.to)
                        && is_canonical(&fragment.to) != builds_canonical;
                    match goes_back {
                        true => self.statements(building, &inner, &back(fragment)),
                        false => self.statements(building, &inner, &fragment.statements),
                    }
                }
                StatementKind::Fill { targets, value } => self.fill(building, &scope, targets, value),
                StatementKind::Check(check) => self.check(&scope, check),
                StatementKind::Earlier(line) => {
                    let keys: Vec<_> = line.keys.iter().map(|(field, value)| (&*field.text, value)).collect();
                    let unknown = line.unknown.as_ref().map(|policy| &policy.kind);
                    let bound = self.look_up(&scope, &line.document.text, &keys, unknown);
                    scope.names.push((line.alias.text.clone(), bound));
                }
                StatementKind::Ignore { .. } => {}
                StatementKind::Both(line) => self.assign(building, &scope, line, &line.target.steps),
                StatementKind::When { condition, then, otherwise } => {
                    let branch = if self.holds(&scope, condition) { then } else { otherwise };
                    self.statements(building, &scope, branch);
                }
                other => panic!("the interpreter does not know {other:?}"),
            }
        }
    }

    fn first(&self, scope: &Scope, path: &SyntaxPath) -> Bound {
        match self.find(scope, path) {
            Found::Value(value) => Bound::Value(value),
            Found::Nodes(nodes) => nodes.first().cloned().map_or(Bound::Value(Value::Absent), Bound::Node),
        }
    }

    fn bind(&self, scope: &Scope, value: &Expression) -> Bound {
        if let Some(picked) = self.picked(scope, value) {
            return picked;
        }
        match &value.kind {
            ExpressionKind::Path(path) => match self.first(scope, path) {
                Bound::Node(node) if node.is_record() => Bound::Node(node),
                _ => Bound::Value(self.value(scope, value)),
            },
            _ => Bound::Value(self.value(scope, value)),
        }
    }

    fn check(&self, scope: &Scope, check: &CheckLine) {
        self.failed.set(false);
        if self.decide(scope, &check.condition) == Some(false) {
            let severity = Severity::from_word(&check.severity.text).unwrap_or(Severity::Reject);
            self.report_as(&check.code.text, severity);
        }
    }

    // -------------------------------------------------------------------------------------- lines

    fn assign(&self, building: &mut Building, scope: &Scope, line: &Assignment, steps: &[PathStep]) {
        let (step, rest) = steps.split_first().expect("a target has steps");
        if let Some((qualifier, value, code)) = free_pair(building, step) {
            building.owned.push(value.label());
            if self.leaf(building, scope, line, &value) {
                building.leaf(&qualifier, code);
            }
            return;
        }
        let schema = target(&building.schema, step);
        let scope = &Scope { target: format!("{}.{}", scope.target, schema.name), ..scope.clone() };
        if rest.is_empty() {
            if schema.leaf.is_none() {
                return self.copy(building, scope, line, &schema);
            }
            building.owned.push(schema.label());
            match schema.is_single {
                true => self.leaf(building, scope, line, &schema),
                false => self.leaves(building, scope, line, &schema),
            };
            return;
        }
        let is_there =
            |part: &Part| matches!(part, Part::Implied(inner) if Rc::ptr_eq(&inner.schema, &schema));
        if !building.parts.iter().any(is_there) {
            let mut inner = Building::new(&schema);
            write_key(&mut inner, step);
            building.parts.push(Part::Implied(inner));
        }
        let inner = building.parts.iter_mut().find(|part| is_there(part));
        let Some(Part::Implied(inner)) = inner else { unreachable!("it was just added") };
        self.assign(inner, scope, line, rest);
    }

    /// One line into one leaf. Says whether there is a value.
    fn leaf(&self, building: &mut Building, scope: &Scope, line: &Assignment, schema: &Rc<Schema>) -> bool {
        self.failed.set(false);
        let rounding = line.modifiers.round.as_ref().and_then(|round| round.digits.as_ref());
        let rounding = rounding.map(|(digits, mode)| (*digits as u8, functions::mode(&mode.text).unwrap()));
        self.round.set(rounding);
        let value = self.value(scope, &line.value);
        self.round.set(None);
        if value.is_absent() {
            let is_told = self.failed.get() || self.awaits(scope, &line.value);
            if line.modifiers.required.is_some() && !is_told {
                self.report(Code::B002);
            }
            return false;
        }
        self.written(building, line, schema, value, rounding)
    }

    /// One line into as many leaves as there are values.
    fn leaves(&self, building: &mut Building, scope: &Scope, line: &Assignment, schema: &Rc<Schema>) -> bool {
        self.failed.set(false);
        let rounding = line.modifiers.round.as_ref().and_then(|round| round.digits.as_ref());
        let rounding = rounding.map(|(digits, mode)| (*digits as u8, functions::mode(&mode.text).unwrap()));
        let before = building.parts.len();
        let was_worth_it = building.is_worth_it;
        for value in self.members(scope, &line.value) {
            self.written(building, line, schema, value, rounding);
        }
        let any = building.parts.len() > before;
        if !any && line.modifiers.required.is_some() && !self.failed.get() && !self.awaits(scope, &line.value)
        {
            self.report(Code::B002);
        }
        let is_constant = |value: &Expression| {
            matches!(value.kind, ExpressionKind::Literal(_) | ExpressionKind::Parameter(_))
        };
        let is_constant = match &line.value.kind {
            ExpressionKind::List(items) => items.iter().all(is_constant),
            _ => is_constant(&line.value),
        };
        building.is_worth_it = was_worth_it || (any && !is_constant);
        any
    }

    /// The values of a list that are there.
    fn members(&self, scope: &Scope, expression: &Expression) -> Vec<Value> {
        let trimmed = |value| match value {
            Value::Text(part) => Value::Text(part.trim().to_string()),
            value => value,
        };
        let values = match &expression.kind {
            ExpressionKind::List(items) => items.iter().flat_map(|item| self.members(scope, item)).collect(),
            ExpressionKind::Call { name, .. } if name.text == "split" => {
                self.values(scope, expression).into_iter().map(trimmed).collect()
            }
            _ => self.values(scope, expression),
        };
        let is_there = |value: &Value| !value.is_absent() && *value != Value::Text(String::new());
        values.into_iter().filter(is_there).collect()
    }

    /// A value into one leaf. Says whether it is there.
    fn written(
        &self,
        building: &mut Building,
        line: &Assignment,
        schema: &Rc<Schema>,
        mut value: Value,
        rounding: Option<(u8, crossdock::base::decimal::RoundingMode)>,
    ) -> bool {
        if let (Value::Number(number), Some((digits, mode))) = (&value, rounding) {
            value = Value::Number(number.round(digits, mode));
        }
        let leaf = schema.leaf.as_ref().expect("a leaf");
        let Some(mut text) = value.write(leaf) else {
            self.report(Code::B006);
            return false;
        };
        if let Some((whole, behind)) = schema.digits {
            let digits = text.trim_start_matches('-');
            let (before, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            let is_small = before.trim_start_matches('0').len() <= whole as usize;
            if !is_small || fraction.trim_end_matches('0').len() > behind as usize {
                self.report(Code::B006);
                building.is_worth_it = true;
                return false;
            }
        }
        let is_text = matches!(leaf, crossdock::tree::LeafType::Text | crossdock::tree::LeafType::Code);
        if is_text && schema.max_length > 0 && text.chars().count() > schema.max_length {
            match line.modifiers.truncate {
                None => {
                    // It is there, only too long: what stands around it is not missing.
                    self.report(Code::B005);
                    building.is_worth_it = true;
                    return false;
                }
                Some((_, true)) => self.report(Code::B010),
                Some((_, false)) => {}
            }
            text = text.chars().take(schema.max_length).collect();
        }
        building.leaf(schema, text);
        let is_constant =
            matches!(line.value.kind, ExpressionKind::Literal(_) | ExpressionKind::Parameter(_));
        building.is_worth_it |= !is_constant;
        true
    }

    /// A text over several leaves: as much of it as fits each, and all that is left in the last.
    fn fill(&self, building: &mut Building, scope: &Scope, targets: &[SyntaxPath], value: &Expression) {
        let mut text = None;
        for (i, path) in targets.iter().enumerate() {
            let schema = target(&building.schema, &path.steps[0]);
            building.owned.push(schema.label());
            self.failed.set(false);
            if i == 0 {
                let value = self.value(scope, value);
                text = (!value.is_absent()).then(|| value.show());
            }
            let Some(rest) = text.take() else { continue };
            let is_last = i + 1 == targets.len();
            let (part, left) = match is_last || schema.max_length == 0 {
                true => (rest.trim_matches(' ').to_string(), String::new()),
                false => line(&rest, schema.max_length),
            };
            text = (!left.is_empty()).then_some(left);
            if part.is_empty() {
                continue;
            }
            building.is_worth_it = true;
            match schema.max_length > 0 && part.chars().count() > schema.max_length {
                true => self.report(Code::B005),
                false => building.leaf(&schema, part),
            }
        }
    }

    /// A record as it is.
    fn copy(&self, building: &mut Building, scope: &Scope, line: &Assignment, schema: &Rc<Schema>) {
        let ExpressionKind::Path(path) = &line.value.kind else { panic!("a record comes from a path") };
        let Found::Nodes(nodes) = self.find(scope, path) else { return };
        for node in nodes {
            building.parts.push(Part::Node(copied(&node, schema)));
            building.is_worth_it = true;
        }
    }

    // -------------------------------------------------------------------------------------- blocks

    fn section(&self, building: &mut Building, scope: &Scope, block: &Block, statement: &Statement) {
        let here = match &block.source {
            None => Some(scope.here.clone()),
            Some(Expression { kind: ExpressionKind::Path(path), .. }) => match self.first(scope, path) {
                Bound::Node(node) => Some(Bound::Node(node)),
                _ => None,
            },
            Some(other) => panic!("not a record: {other:?}"),
        };
        let mut written = false;
        if let Some(here) = here {
            written = self.one(building, scope, block, statement, here, 0, block.modifiers.always.is_some());
        }
        if !written && block.modifiers.required.is_some() {
            self.report(Code::B002);
        }
    }

    fn each(&self, building: &mut Building, scope: &Scope, block: &Block, statement: &Statement) {
        let source = block.source.as_ref().expect("`each` has a source");
        let ExpressionKind::Path(path) = &source.kind else {
            return self.each_value(building, scope, block, statement, source);
        };
        if matches!(self.find(scope, path), Found::Value(_))
            || matches!(self.find(scope, path), Found::Nodes(nodes) if nodes.iter().any(|node| !node.is_record()))
        {
            return self.each_value(building, scope, block, statement, source);
        }
        let Found::Nodes(nodes) = self.find(scope, path) else { panic!("a list") };
        let ways: Vec<_> = match block.inside.is_empty() {
            true => nodes.iter().map(|_| Vec::new()).collect(),
            false => self.find_with_way(scope, path).into_iter().map(|(_, way)| way).collect(),
        };
        type Item = (Rc<Node>, Vec<Option<Rc<Node>>>);
        let items = nodes.into_iter().zip(&ways).map(|(node, way)| {
            let around = block.inside.iter().map(|(around, _)| self.on_the_way(scope, path, around, way));
            (node, around.collect::<Vec<_>>())
        });
        let keys = |(node, around): &Item, by: &[Expression]| -> Vec<Value> {
            let scope = Scope { here: Bound::Node(node.clone()), ..inside(scope, block, around) };
            by.iter().map(|key| self.value(&scope, key)).collect()
        };
        let is_same = |one: &[Option<Rc<Node>>], other: &[Option<Rc<Node>>]| {
            one.iter()
                .zip(other)
                .all(|(one, other)| one.as_ref().map(Rc::as_ptr) == other.as_ref().map(Rc::as_ptr))
        };
        let mut groups: Vec<(Vec<Value>, Vec<Item>)> = Vec::new();
        for item in items {
            let key = keys(&item, &block.group_by);
            match groups
                .iter_mut()
                .find(|(known, all)| !key.is_empty() && *known == key && is_same(&all[0].1, &item.1))
            {
                Some((_, members)) => members.push(item),
                None => groups.push((key, vec![item])),
            }
        }
        if !block.sort_by.is_empty() {
            let mut sorted: Vec<_> =
                groups.into_iter().map(|group| (keys(&group.1[0], &block.sort_by), group)).collect();
            sorted.sort_by(|(left, _), (right, _)| order(left, right));
            groups = sorted.into_iter().map(|(_, group)| group).collect();
        }
        let member = match path.steps.last().map(|step| &step.name) {
            Some(StepName::Name(name)) => name.clone(),
            _ => String::new(),
        };
        let (mut written, mut passed, count) = (false, 0, groups.len());
        for (number, (_, members)) in groups.into_iter().enumerate() {
            let scope = &inside(scope, block, &members[0].1);
            let scope = &Scope { position: (passed + 1, number + 1 == count), ..scope.clone() };
            let mut members = members.into_iter().map(|(node, _)| node);
            let here = match block.group_by.is_empty() {
                true => Bound::Node(members.next().unwrap()),
                false => Bound::Group(members.collect(), member.clone()),
            };
            let one = self.one(building, scope, block, statement, here, number, true);
            passed += usize::from(one);
            written |= one;
        }
        if !written && block.modifiers.required.is_some() {
            self.report(Code::B002);
        }
    }

    /// A record for each value of a list.
    fn each_value(
        &self,
        building: &mut Building,
        scope: &Scope,
        block: &Block,
        statement: &Statement,
        source: &Expression,
    ) {
        let values = self.members(scope, source);
        let (mut written, mut passed, count) = (false, 0, values.len());
        for (number, value) in values.into_iter().enumerate() {
            let scope = &Scope { position: (passed + 1, number + 1 == count), ..scope.clone() };
            let one = self.one(building, scope, block, statement, Bound::Value(value), number, true);
            passed += usize::from(one);
            written |= one;
        }
        if !written && block.modifiers.required.is_some() {
            self.report(Code::B002);
        }
    }

    /// One record of a block.
    #[allow(clippy::too_many_arguments, reason = "the parts of one block")]
    fn one(
        &self,
        building: &mut Building,
        scope: &Scope,
        block: &Block,
        statement: &Statement,
        here: Bound,
        number: usize,
        always: bool,
    ) -> bool {
        let mut address: Address = scope.this.clone();
        address.extend([statement.span.start as usize, number]);
        // A line of a text has no fields: paths still start at the record around.
        let record = if matches!(here, Bound::Value(_)) { scope.here.clone() } else { here.clone() };
        let mut inner = Scope { here: record, ..scope.clone() };
        if let Some(alias) = &block.alias {
            inner.names.push((alias.text.clone(), here));
        }
        if block.condition.as_ref().is_some_and(|condition| !self.holds(&inner, condition)) {
            return false;
        }
        inner.around = std::mem::replace(&mut inner.this, address.clone());
        let step = block.target.steps.first().expect("a target");
        let mut record = Building::new(&target(&building.schema, step));
        inner.target = format!("{}.{}", inner.target, record.schema.name);
        write_key(&mut record, step);
        self.statements(&mut record, &inner, &block.statements);
        let (node, is_worth_it) = record.finish();
        self.records.borrow_mut().insert(address, node.clone());
        if is_worth_it || always {
            building.parts.push(Part::Node(node));
            building.is_worth_it = true;
        }
        is_worth_it || always
    }
}

/// What lines of a block see, with the records around that `inside` names.
fn inside(scope: &Scope, block: &Block, around: &[Option<Rc<Node>>]) -> Scope {
    let mut scope = scope.clone();
    for ((_, alias), node) in block.inside.iter().zip(around) {
        let bound = node.clone().map_or(Bound::Value(Value::Absent), Bound::Node);
        scope.names.push((alias.text.clone(), bound));
    }
    scope
}

/// The lines of a fragment that are for both directions, the other way round.
fn back(fragment: &FragmentDocument) -> Vec<Statement> {
    let own = |path: &SyntaxPath| {
        let skip = usize::from(path.head() == Some(&fragment.source.text));
        SyntaxPath { steps: path.steps[skip..].to_vec(), span: path.span }
    };
    let lines = fragment.statements.iter().filter_map(|statement| {
        let StatementKind::Both(line) = &statement.kind else { return None };
        let read = Expression { kind: ExpressionKind::Path(line.target.clone()), span: line.value.span };
        let (target, value) = match &line.value.kind {
            ExpressionKind::Path(path) => (own(path), read),
            ExpressionKind::Via(via) => {
                let ExpressionKind::Path(path) = &via.value.kind else { panic!("a path") };
                let table = match &via.table {
                    TableReference::Named { name, column, reversed } => TableReference::Named {
                        name: name.clone(),
                        column: column.clone(),
                        reversed: !reversed,
                    },
                    TableReference::Inline(pairs, span) => {
                        let back = pairs.iter().map(|(code, value)| {
                            let text = constant(value).show();
                            let code =
                                Literal { kind: LiteralKind::Text(code.text.clone()), span: code.span };
                            (Word { text, span: value.span }, code)
                        });
                        TableReference::Inline(back.collect(), *span)
                    }
                };
                let via = Via { value: read, table, unknown: via.unknown.clone() };
                let span = line.value.span;
                (own(path), Expression { kind: ExpressionKind::Via(Box::new(via)), span })
            }
            other => panic!("not used by the tests: {other:?}"),
        };
        let line = Assignment { target, value, modifiers: line.modifiers.clone() };
        Some(Statement { kind: StatementKind::Assign(line), ..statement.clone() })
    });
    lines.collect()
}

/// The words that fit a line, and the others. A word that is longer than a line fills it.
pub fn line(text: &str, width: usize) -> (String, String) {
    let characters: Vec<char> = text.trim_matches(' ').chars().collect();
    if characters.len() <= width {
        return (characters.iter().collect(), String::new());
    }
    // A line may end where a blank follows.
    let end = (1..=width).rev().find(|&end| characters[end] == ' ').unwrap_or(width);
    let text = |part: &[char]| part.iter().collect::<String>().trim_matches(' ').to_string();
    (text(&characters[..end]), text(&characters[end..]))
}

/// By the keys in turn; what is absent comes first.
fn order(left: &[Value], right: &[Value]) -> std::cmp::Ordering {
    for (left, right) in left.iter().zip(right) {
        let order = left.compare(right).unwrap_or_else(|| right.is_absent().cmp(&left.is_absent()));
        if order.is_ne() {
            return order;
        }
    }
    std::cmp::Ordering::Equal
}

fn code_of(step: &PathStep) -> Option<&str> {
    step.selectors.iter().find_map(|selector| match &selector.kind {
        SelectorKind::Codes { negated: false, codes } => codes.first().map(|code| code.text.as_str()),
        _ => None,
    })
}

/// The child that a step of a target names: the variant of its code, else the plain one.
fn target(schema: &Rc<Schema>, step: &PathStep) -> Rc<Schema> {
    let named: Vec<&Rc<Schema>> = schema
        .children
        .iter()
        .filter(|child| match &step.name {
            StepName::Name(name) => child.name == *name,
            StepName::Position(position) => child.position == *position,
        })
        .collect();
    let code = code_of(step);
    let variant = named.iter().find(|child| child.codes.iter().any(|own| Some(own.as_str()) == code));
    let plain = named.iter().find(|child| child.codes.is_empty());
    // Elements of one name stand at places of their own, and the number says which.
    let numbered = match step.occurrence {
        Some(Occurrence::Number(number)) => named.get((number as usize).saturating_sub(1)),
        _ => None,
    };
    let found = variant.or(numbered).or(plain).or(named.first());
    (*found.unwrap_or_else(|| panic!("no {step:?} in {}", schema.name))).clone()
}

/// `N9[BM]` writes BM by itself, `CNT[2]` its 2 into the composite that holds the key.
fn write_key(record: &mut Building, step: &PathStep) {
    let (Some(code), [above @ .., key]) = (code_of(step), record.schema.key.as_slice()) else { return };
    let (above, key) = (above.to_vec(), key.clone());
    let mut at = record;
    for label in above {
        let schema = at.schema.child(&label).expect("the composite of a key").clone();
        at.parts.push(Part::Implied(Building::new(&schema)));
        let Some(Part::Implied(inner)) = at.parts.last_mut() else { unreachable!("just added") };
        at = inner;
    }
    let key = at.schema.child(&key).expect("a key").clone();
    at.leaf(&key, code.to_string());
}

/// The next pair of `W12.id[VN]` that no line has yet.
fn free_pair(building: &Building, step: &PathStep) -> Option<(Rc<Schema>, Rc<Schema>, String)> {
    let StepName::Name(name) = &step.name else { return None };
    let code = code_of(step)?;
    let (_, pairs) = building.schema.pairs.iter().find(|(known, _)| known == name)?;
    let (qualifier, value) = pairs.iter().find(|(_, value)| !building.owned.contains(value))?;
    let child = |label: &str| building.schema.child(label).expect("a pair's element").clone();
    Some((child(qualifier), child(value), code.to_string()))
}

/// Fields of the same name, all the way down.
fn copied(node: &Rc<Node>, schema: &Rc<Schema>) -> Rc<Node> {
    let mut children = Vec::new();
    for child in &node.children {
        let Some(twin) = schema.children.iter().find(|twin| twin.name == child.schema.name) else { continue };
        if child.text.is_some() || !child.children.is_empty() {
            children.push(copied(child, twin));
        }
    }
    Rc::new(Node { schema: schema.clone(), text: node.text.clone(), children })
}

/// Parameters of a map that nobody gave.
pub fn parameters(map: &MapDocument) -> Vec<(String, Value)> {
    map.parameters.iter().map(|line| (line.name.text.clone(), constant(&line.value))).collect()
}

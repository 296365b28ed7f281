//! From a map's text to its plan.

mod texts;

use super::expression::{Context, Typed};
use super::fields::Fields;
use super::names::{Binding, Found, Multiplicity, Scope, pair_step};
use super::plan::{
    BlockKind, BlockPlan, CheckPlan, Constant, EarlierPlan, Expr, LeafPlan, LetPlan, Making, Message,
    MessagePartPlan, Plan, RecordPlan, Round, SideName, Truncate,
};
use super::tables::Table;
use super::turns::Turns;
use super::{constants, expression, layers, order};
use crate::base::decimal::RoundingMode;
use crate::canonical::Shapes;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity, suggest};
use crate::guide::path::{StepError, step_places};
use crate::guide::{Guide, shorten, unknown_document};
use crate::language::syntax::{
    Assignment, Block, CheckLine, Expression, ExpressionKind, FragmentDocument, MapDocument, Operator, Path,
    PathStep, SelectorKind, Side, Statement, StatementKind, Word,
};
use crate::tree::value::ValueKind;
use crate::tree::{PlaceId, PlaceKind, Shape};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What maps are compiled from.
pub struct MapSources<'a> {
    /// `map …` documents by name.
    pub maps: BTreeMap<&'a str, &'a MapDocument>,
    /// `fragment …` documents by name.
    pub fragments: BTreeMap<&'a str, &'a FragmentDocument>,
    /// Compiled guides by name.
    pub guides: &'a BTreeMap<String, Arc<Guide>>,
    /// Canonical documents by name.
    pub shapes: &'a BTreeMap<String, Arc<Shape>>,
    /// Tables by name.
    pub tables: &'a BTreeMap<String, Arc<Table>>,
}

/// The canonical shapes as the compiler shares them.
pub fn share(shapes: Shapes) -> BTreeMap<String, Arc<Shape>> {
    shapes.into_iter().map(|(name, shape)| (name, Arc::new(shape))).collect()
}

const LAYERS_MAX: usize = 4;

/// Compiles the map `name` with everything it extends. `parameters` come from the partner file, the environment and
/// the flow, and stand over the map's own. `None` if something is wrong; the findings say what.
pub fn compile(
    name: &str,
    sources: &MapSources<'_>,
    parameters: &BTreeMap<String, Constant>,
    findings: &mut Diagnostics,
) -> Option<Plan> {
    let mut own = Diagnostics::new();
    let plan = flatten(name, sources, &mut own).and_then(|map| plan(&map, sources, parameters, &mut own));
    let sound = !own.has_errors();
    findings.extend(own);
    plan.filter(|_| sound)
}

fn flatten(name: &str, sources: &MapSources<'_>, findings: &mut Diagnostics) -> Option<MapDocument> {
    let mut chain = vec![*sources.maps.get(name)?];
    while let Some(base) = &chain.last()?.extends {
        let Some(document) = sources.maps.get(base.name.as_str()) else {
            findings.push(unknown_document("map", base, sources.maps.keys().copied()));
            return None;
        };
        if chain.iter().any(|layer| layer.name.name == document.name.name) || chain.len() >= LAYERS_MAX {
            findings.push(Diagnostic::new(Code::G004).with("name", name).at(base.span, "extends again here"));
            return None;
        }
        let version = document.version.as_ref().map_or(1, |version| version.value);
        if base.version.is_some_and(|pinned| pinned != version) {
            findings.push(
                Diagnostic::new(Code::M018)
                    .with("name", &base.name)
                    .with("version", version.to_string())
                    .at(base.span, "another version"),
            );
        }
        chain.push(document);
    }
    let mut map = chain.pop()?.clone();
    for layer in chain.into_iter().rev() {
        map = layers::apply(&map, layer, findings);
    }
    Some(map)
}

fn plan(
    map: &MapDocument,
    sources: &MapSources<'_>,
    given: &BTreeMap<String, Constant>,
    findings: &mut Diagnostics,
) -> Option<Plan> {
    let (from, alias) = map.from.as_ref().or_else(|| side_missing(map, "from", findings))?;
    let to = map.to.as_ref().or_else(|| side_missing(map, "to", findings))?;
    let (source, source_shape) = side(from, sources, findings)?;
    let (target, target_shape) = side(to, sources, findings)?;
    let own = map.parameters.iter().map(|line| (line.name.text.clone(), expression::constant(&line.value)));
    let mut parameters: BTreeMap<String, Constant> = own.collect();
    parameters.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut slots = Fields::default();
    let slot = slots.slot();
    let context = Context {
        parameters: &parameters,
        used_parameters: Default::default(),
        tables: sources.tables,
        findings,
        slots,
        sequences: 0,
        rules: Vec::new(),
        read: read_by_the_format(&source, &source_shape, sources),
    };
    let root = Binding::Record { slot, shape: source_shape.clone(), places: vec![PlaceId::ROOT] };
    let mut scope =
        Scope { names: Vec::new(), here: root.clone(), this: (target_shape.clone(), vec![PlaceId::ROOT]) };
    if let Some(alias) = alias {
        scope.names.push((alias.text.clone(), root));
    }
    let mut compiler =
        Compiler { context, sources, shape: target_shape.clone(), target_guide: None, lookups: Vec::new() };
    if let SideName::Guide(name) = &target {
        compiler.target_guide = sources.guides.get(name).cloned();
    }
    let earlier = compiler.earlier(map, &mut scope);
    let mut builder = Builder::new(PlaceId::ROOT);
    compiler.statements(&mut builder, &mut scope, &map.statements);
    compiler.check_required(&builder, map, &target);
    let mut root = compiler.whole(builder);
    let cases = compiler.cases(&source, &scope);
    compiler.unread_parameter(map);
    let Context { slots, sequences, rules, read, .. } = compiler.context;
    Some(Plan {
        name: map.name.name.clone(),
        version: map.version.as_ref().map_or(1, |version| version.value),
        source,
        target,
        source_shape,
        target_shape,
        earlier,
        lookups: compiler.lookups,
        slots: slots.into_slots(),
        constants: constants::gather(&mut root),
        root,
        sequences,
        read,
        unmapped: unmapped(map),
        rules,
        cases,
    })
}

/// What happens with values nobody reads.
fn unmapped(map: &MapDocument) -> Option<Severity> {
    match map.unmapped.as_ref()?.text.as_str() {
        "warn" => Some(Severity::Warn),
        "hold" => Some(Severity::Hold),
        _ => None,
    }
}

/// Places that are the format's own business, such as `ST` and `SE`: no line reads them.
fn read_by_the_format(source: &SideName, shape: &Shape, sources: &MapSources<'_>) -> Vec<bool> {
    let mut read = vec![false; shape.len()];
    let SideName::Guide(name) = source else { return read };
    let Some(guide) = sources.guides.get(name) else { return read };
    for (place, own) in shape.places() {
        // A parent has a lower id than what is in it, variants included.
        read[place.index()] = guide.rules(place).auto || (place != PlaceId::ROOT && read[own.parent.index()]);
    }
    read
}

fn side_missing<T>(map: &MapDocument, what: &str, findings: &mut Diagnostics) -> Option<T> {
    findings.push(Diagnostic::new(Code::M023).with("what", what).at(map.name.span, "this map"));
    None
}

pub(super) fn side(
    side: &Side,
    sources: &MapSources<'_>,
    findings: &mut Diagnostics,
) -> Option<(SideName, Arc<Shape>)> {
    match side {
        Side::Guide(reference) => match sources.guides.get(&reference.name) {
            Some(guide) => Some((SideName::Guide(guide.name.clone()), guide.shape.clone())),
            None => {
                findings.push(unknown_document(
                    "guide",
                    reference,
                    sources.guides.keys().map(String::as_str),
                ));
                None
            }
        },
        Side::Canonical(word) => match sources.shapes.get(&word.text) {
            Some(shape) => Some((SideName::Canonical(word.text.clone()), shape.clone())),
            None => {
                let finding = Diagnostic::new(Code::G003)
                    .with("what", "canonical document")
                    .with("name", &word.text)
                    .at(word.span, "no shape has this name");
                let near = suggest::nearest(&word.text, sources.shapes.keys().map(String::as_str));
                findings.push(match near {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding,
                });
                None
            }
        },
        Side::Place(reference) => {
            findings.push(
                Diagnostic::new(Code::L001)
                    .with("found", "a place of a guide")
                    .with("expected", "`guide NAME` or `canonical NAME`")
                    .at(reference.span, ""),
            );
            None
        }
    }
}

/// A record of the target in the making.
pub(super) struct Builder {
    place: PlaceId,
    leaves: Vec<LeafPlan>,
    /// Places that have their owner line, with it.
    owners: Vec<(PlaceId, u32)>,
    blocks: Vec<BuilderBlock>,
    pub(super) lets: Vec<(usize, LetPlan)>,
    checks: Vec<CheckPlan>,
}

struct BuilderBlock {
    place: PlaceId,
    kind: BlockKind,
    condition: Option<Expr>,
    builder: Builder,
    always: bool,
    required: Option<Message>,
    rule: u32,
    /// Made by a path such as `W06.01`, not by a block.
    is_implied: bool,
}

impl Builder {
    /// The block that paths through a record of the target made.
    fn implied(&self, place: PlaceId) -> Option<usize> {
        self.blocks.iter().position(|block| block.is_implied && block.place == place)
    }

    /// Adds such a block.
    fn imply(&mut self, builder: Builder, rule: u32) -> usize {
        self.blocks.push(BuilderBlock {
            place: builder.place,
            kind: BlockKind::Plain,
            condition: None,
            builder,
            always: false,
            required: None,
            rule,
            is_implied: true,
        });
        self.blocks.len() - 1
    }

    fn new(place: PlaceId) -> Self {
        Builder { place, leaves: vec![], owners: vec![], blocks: vec![], lets: vec![], checks: vec![] }
    }
}

pub(super) struct Compiler<'a> {
    pub(super) context: Context<'a>,
    pub(super) sources: &'a MapSources<'a>,
    shape: Arc<Shape>,
    target_guide: Option<Arc<Guide>>,
    /// Documents looked up inside blocks.
    pub(super) lookups: Vec<EarlierPlan>,
}

impl Compiler<'_> {
    fn cases(&mut self, source: &SideName, scope: &Scope) -> Vec<CheckPlan> {
        let SideName::Guide(name) = source else { return Vec::new() };
        let Some(guide) = self.sources.guides.get(name).cloned() else { return Vec::new() };
        let mut checks = Vec::new();
        for case in &guide.cases {
            let Some(condition) = self.context.condition(scope, &case.condition) else { continue };
            let severity = case.severity.as_ref().and_then(|word| Severity::from_word(&word.text));
            checks.push(CheckPlan {
                severity: severity.unwrap_or(Severity::Reject),
                code: case.code.text.clone(),
                text: Message { parts: vec![MessagePartPlan::Text(case.text.text.clone())] },
                condition,
                rule: self.context.rule(case.span),
            });
        }
        checks
    }

    fn statements(&mut self, builder: &mut Builder, scope: &mut Scope, statements: &[Statement]) {
        let known = scope.names.len();
        for statement in statements {
            self.statement(builder, scope, statement);
        }
        scope.names.truncate(known);
    }

    fn statement(&mut self, builder: &mut Builder, scope: &mut Scope, statement: &Statement) {
        match &statement.kind {
            StatementKind::Assign(line) => self.assign(builder, scope, line, &line.target.steps),
            StatementKind::Let { name, value } => self.bind(builder, scope, name, value),
            StatementKind::Section(block) => {
                self.own_block(builder, block);
                self.section(builder, scope, block, statement);
            }
            StatementKind::Each(block) => {
                self.own_block(builder, block);
                self.each(builder, scope, block, statement);
            }
            StatementKind::Use { name, argument } => self.fragment(builder, scope, name, argument),
            StatementKind::Check(check) => self.check(builder, scope, check, statement),
            StatementKind::Ignore { paths, .. } => {
                for path in paths {
                    // Making the path out marks its places as read; records are ignored with all that is in them.
                    if let Some(Found::Path(found)) = self.context.resolve(scope, path) {
                        self.ignore(&found.shape.clone(), &found.places);
                    }
                }
            }
            StatementKind::Set(_) | StatementKind::Add(_) | StatementKind::Remove(_) => {
                self.layer_line(statement)
            }
            StatementKind::Replace(_) | StatementKind::In { .. } => self.layer_line(statement),
            StatementKind::Both(_) => {
                self.later("`<->`", "write one line with `=` for this direction", statement)
            }
            StatementKind::When { .. } => {
                self.later("`when` in a map", "use `if … then … else …` on the lines", statement)
            }
            StatementKind::Fill { targets, value } => self.fill(builder, scope, targets, value, statement),
            StatementKind::Earlier(line) => self.earlier_here(builder, scope, line),
        }
    }

    /// A block that does not compile is still the owner of its target: one finding is enough.
    fn own_block(&mut self, builder: &mut Builder, block: &Block) {
        let step = block.target.steps.first().filter(|_| block.target.steps.len() == 1);
        let found = step.and_then(|step| step_places(&self.shape, &[builder.place], step).ok());
        builder.owners.extend(found.into_iter().flat_map(|found| found.places).map(|place| (place, 0)));
    }

    fn later(&mut self, what: &str, instead: &str, statement: &Statement) {
        self.context.unsupported::<()>(what, instead, statement.span);
    }

    fn layer_line(&mut self, statement: &Statement) {
        self.context
            .findings
            .push(Diagnostic::new(Code::M025).at(statement.span, "no `extends` in this map"));
    }

    fn ignore(&mut self, shape: &Arc<Shape>, places: &[PlaceId]) {
        for &place in places {
            if let Some(read) = self.context.read.get_mut(place.index()) {
                *read = true;
            }
            let children = shape.place(place).children.clone();
            self.ignore(shape, &children);
        }
    }

    // ------------------------------------------------------------------------------------------ lines

    fn assign(&mut self, builder: &mut Builder, scope: &Scope, line: &Assignment, steps: &[PathStep]) {
        let Some((step, rest)) = steps.split_first() else { return };
        if let Some((pairs, code)) = pair_step(&self.shape, &[builder.place], step) {
            return self.assign_pair(builder, scope, line, &pairs, &code);
        }
        let Some(place) = self.target_place(builder.place, step, &line.target) else { return };
        if rest.is_empty() {
            return self.own_line(builder, scope, line, place);
        }
        let rule = self.context.rule(line.target.span);
        let at = match builder.implied(place) {
            Some(at) => at,
            None => {
                let mut inner = Builder::new(place);
                self.key_leaf(&mut inner, step);
                builder.imply(inner, rule)
            }
        };
        let block = &mut builder.blocks[at];
        self.assign(&mut block.builder, scope, line, rest);
    }

    fn own_line(&mut self, builder: &mut Builder, scope: &Scope, line: &Assignment, place: PlaceId) {
        let rule = self.context.rule(line.target.span);
        self.own(builder, place, rule, &line.target);
        if self.shape.place(place).kind == PlaceKind::Record {
            return self.copy(builder, scope, line, place, rule);
        }
        if self.shape.place(place).is_many() {
            self.context.unsupported::<()>(
                "a list of values as a target",
                "leave it out for now",
                line.target.span,
            );
            return;
        }
        let Some(typed) = self.context.value(scope, &line.value) else { return };
        self.leaf(builder, line, place, typed, rule);
    }

    fn leaf(&mut self, builder: &mut Builder, line: &Assignment, place: PlaceId, typed: Typed, rule: u32) {
        let target = self.shape.place(place);
        let Some(leaf) = target.leaf_type().cloned() else {
            let name = self.shape.path(place);
            self.context
                .findings
                .push(Diagnostic::new(Code::M007).with("name", name).at(line.target.span, ""));
            return;
        };
        let max_length = target.max_length;
        if !fits(typed.kind, leaf.kind()) {
            self.context.findings.push(
                Diagnostic::new(Code::M008)
                    .with("found", typed.kind.word())
                    .with("expected", leaf.kind().word())
                    .at(line.value.span, format!("this is {}", typed.kind.word()))
                    .at(line.target.span, format!("this takes {}", leaf.kind().word())),
            );
            return;
        }
        let required = line.modifiers.required.as_ref().map(|(_, text)| {
            let missing = || format!("{} is missing", layers::keys(&line.target).join("."));
            words(text.as_ref().map_or_else(missing, |text| text.text.clone()))
        });
        let round = line.modifiers.round.as_ref().and_then(|round| self.rounding(round));
        let making = Making::of(&typed.expr, &leaf, round);
        builder.leaves.push(LeafPlan {
            place,
            making,
            max_length: if leaf.kind() == ValueKind::Text { max_length } else { 0 },
            leaf,
            is_constant: matches!(typed.expr, Expr::Constant(_)),
            quick: if making.copies() { typed.expr.copies() } else { None },
            value: typed.expr,
            required,
            truncate: line.modifiers.truncate.map(|(_, warn)| Truncate { length: max_length, warn }),
            round,
            beside: None,
            rule,
        });
    }

    fn rounding(&mut self, round: &crate::language::syntax::Rounding) -> Option<Round> {
        let Some((digits, mode)) = &round.digits else { return Some(Round::Exact) };
        let mode = match mode.text.as_str() {
            "half_up" => RoundingMode::HalfUp,
            "half_even" => RoundingMode::HalfEven,
            "down" => RoundingMode::Down,
            "up" => RoundingMode::Up,
            _ => {
                self.context.findings.push(
                    Diagnostic::new(Code::L001)
                        .with("found", format!("`{}`", mode.text))
                        .with("expected", "half_up, half_even, down or up")
                        .at(mode.span, ""),
                );
                return None;
            }
        };
        Some(Round::To((*digits).min(18) as u8, mode))
    }

    /// One owner line per target.
    fn own(&mut self, builder: &mut Builder, place: PlaceId, rule: u32, target: &Path) {
        if let Some((_, first)) = builder.owners.iter().find(|(owned, _)| *owned == place) {
            // A block has no line of its own among the rules yet; the place alone says enough then.
            let first = first.checked_sub(1).map_or(target.span, |at| self.context.rules[at as usize]);
            self.context.findings.push(
                Diagnostic::new(Code::M015)
                    .with("target", layers::keys(target).join("."))
                    .at(target.span, "again here")
                    .at(first, "first here"),
            );
        }
        builder.owners.push((place, rule));
    }

    fn assign_pair(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        line: &Assignment,
        pairs: &[(PlaceId, PlaceId)],
        code: &str,
    ) {
        let free = pairs.iter().find(|(_, value)| !builder.owners.iter().any(|(owned, _)| owned == value));
        let Some(&(qualifier, value)) = free else {
            self.context.findings.push(
                Diagnostic::new(Code::M026)
                    .with("target", layers::keys(&line.target).join("."))
                    .at(line.target.span, ""),
            );
            return;
        };
        let rule = self.context.rule(line.target.span);
        builder.owners.push((value, rule));
        builder.owners.push((qualifier, rule));
        let Some(typed) = self.context.value(scope, &line.value) else { return };
        let constant = constant_leaf(&self.shape, qualifier, code, rule);
        builder.leaves.push(LeafPlan { beside: Some(value), ..constant });
        self.leaf(builder, line, value, typed, rule);
    }

    fn copy(&mut self, builder: &mut Builder, scope: &Scope, line: &Assignment, place: PlaceId, rule: u32) {
        let ExpressionKind::Path(path) = &line.value.kind else {
            let name = self.shape.path(place);
            let finding = Diagnostic::new(Code::M007).with("name", name).at(line.value.span, "not a record");
            self.context.findings.push(finding);
            return;
        };
        let Some(Found::Path(found)) = self.context.resolve(scope, path) else { return };
        if found.kind != ValueKind::Record {
            let name = self.shape.path(place);
            let finding = Diagnostic::new(Code::M007).with("name", name).at(line.value.span, "not a record");
            self.context.findings.push(finding);
            return;
        }
        let mut pairs = Vec::new();
        for &source in &found.places {
            copy_pairs(&found.shape, source, &self.shape, place, &mut pairs);
        }
        builder.blocks.push(BuilderBlock {
            place,
            kind: BlockKind::Copy(found.nodes, pairs),
            condition: None,
            builder: Builder::new(place),
            always: false,
            required: None,
            rule,
            is_implied: false,
        });
    }

    fn bind(&mut self, builder: &mut Builder, scope: &mut Scope, name: &Word, value: &Expression) {
        let slot = self.context.slot();
        let binding = match &value.kind {
            ExpressionKind::Call { name: function, arguments } if function.text == "lookup" => {
                self.lookup(builder, scope, slot, arguments, value)
            }
            ExpressionKind::Call { name: function, arguments } if function.text == "item" => {
                self.item(builder, scope, slot, arguments, value)
            }
            ExpressionKind::Path(path) if self.is_record(scope, path) => {
                let Some(Found::Path(found)) = self.context.resolve(scope, path) else { return };
                builder.lets.push((slot, LetPlan::Record(found.nodes)));
                Some(Binding::Record { slot, shape: found.shape, places: found.places })
            }
            _ => self.context.value(scope, value).map(|typed| {
                let kind = typed.kind;
                builder.lets.push((slot, LetPlan::Value(typed.expr)));
                Binding::Value { slot, kind }
            }),
        };
        // A name that did not compile is still a name: one finding is enough.
        let binding = binding.unwrap_or(Binding::Value { slot, kind: ValueKind::Nothing });
        scope.names.push((name.text.clone(), binding));
    }

    fn is_record(&mut self, scope: &Scope, path: &Path) -> bool {
        // Only where the path leads is asked, not which of several.
        let conditions: super::names::ConditionCompiler<'_> =
            &mut |_, _| Some((Arc::new(Expr::Constant(Constant::Absent)), 0));
        matches!(scope.resolve(path, conditions), Ok(Found::Path(found)) if found.kind == ValueKind::Record && found.pair.is_none())
    }

    /// `lookup(orig.lines, position = g.Line)`: the first record for which the comparison holds.
    fn lookup(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        slot: usize,
        arguments: &[Expression],
        whole: &Expression,
    ) -> Option<Binding> {
        let [list, comparison] = arguments else {
            self.context.findings.push(
                Diagnostic::new(Code::M012)
                    .with("name", "lookup")
                    .with("expected", "a list of records and `field = value`")
                    .at(whole.span, "called here"),
            );
            return None;
        };
        let ExpressionKind::Path(path) = &list.kind else {
            return self.context.unsupported(
                "a list that is no path",
                "name the list by its path",
                list.span,
            );
        };
        let ExpressionKind::Binary { operator: Operator::Equal, left, right } = &comparison.kind else {
            return self.context.unsupported(
                "another comparison than `=` in `lookup`",
                "use `=`",
                comparison.span,
            );
        };
        let Some(Found::Path(mut found)) = self.context.resolve(scope, path) else { return None };
        let item = self.context.slot();
        let inner = Scope {
            names: Vec::new(),
            here: Binding::Record { slot: item, shape: found.shape.clone(), places: found.places.clone() },
            this: scope.this.clone(),
        };
        let left = self.context.value(&inner, left)?;
        let right = self.context.value(scope, right)?;
        let condition = Expr::Binary(Operator::Equal, Box::new(left.expr), Box::new(right.expr));
        let last = found.nodes.steps.last_mut()?;
        last.condition = Some((Arc::new(condition), item));
        last.is_tested = true;
        self.context.slots.address(&mut found.nodes);
        builder.lets.push((slot, LetPlan::Record(found.nodes)));
        Some(Binding::Record { slot, shape: found.shape, places: found.places })
    }

    fn check(&mut self, builder: &mut Builder, scope: &Scope, check: &CheckLine, statement: &Statement) {
        let condition = self.context.condition(scope, &check.condition);
        let text = self.context.message(scope, &check.text);
        let severity = Severity::from_word(&check.severity.text).unwrap_or(Severity::Reject);
        let rule = self.context.rule(statement.span);
        if let (Some(condition), Some(text)) = (condition, text) {
            builder.checks.push(CheckPlan { severity, code: check.code.text.clone(), text, condition, rule });
        }
    }

    fn fragment(&mut self, builder: &mut Builder, scope: &mut Scope, name: &Word, argument: &Expression) {
        let Some(fragment) = self.sources.fragments.get(name.text.as_str()).copied() else {
            let finding = Diagnostic::new(Code::G003)
                .with("what", "fragment")
                .with("name", &name.text)
                .at(name.span, "no fragment has this name");
            let near = suggest::nearest(&name.text, self.sources.fragments.keys().copied());
            self.context.findings.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
            return;
        };
        let here = match &argument.kind {
            ExpressionKind::Path(path) if path.head() == Some("here") && path.steps.len() == 1 => {
                Some(scope.here.clone())
            }
            ExpressionKind::Path(path) => match self.context.resolve(scope, path) {
                Some(Found::Path(found)) => {
                    let slot = self.context.slot();
                    builder.lets.push((slot, LetPlan::Record(found.nodes)));
                    Some(Binding::Record { slot, shape: found.shape, places: found.places })
                }
                _ => None,
            },
            _ => self.context.unsupported(
                "a fragment of something that is no record",
                "name a record",
                argument.span,
            ),
        };
        let Some(here) = here else { return };
        let mut inner = Scope {
            names: vec![(fragment.source.text.clone(), here.clone())],
            here,
            this: scope.this.clone(),
        };
        self.statements(builder, &mut inner, &fragment.statements);
    }

    // ------------------------------------------------------------------------------------------ blocks

    fn section(&mut self, builder: &mut Builder, scope: &Scope, block: &Block, statement: &Statement) {
        let (mut inner, kind) = match &block.source {
            None => (scope.clone(), BlockKind::Plain),
            Some(source) => {
                let ExpressionKind::Path(path) = &source.kind else {
                    self.later("`section … from` something that is no path", "name a record", statement);
                    return;
                };
                let Some(Found::Path(found)) = self.context.resolve(scope, path) else { return };
                if found.multiplicity == Multiplicity::Many {
                    let name = layers::keys(path).join(".");
                    self.context.findings.push(
                        Diagnostic::new(Code::M002)
                            .with("name", &name)
                            .at(source.span, "may be there more than once")
                            .help(format!("if the partner never sends two, say `{name} max 1` in the guide; to take the first, write `#1`")),
                    );
                    return;
                }
                let slot = self.context.slot();
                let here = Binding::Record { slot, shape: found.shape, places: found.places };
                let mut inner = Scope { here: here.clone(), ..scope.clone() };
                if let Some(alias) = &block.alias {
                    inner.names.push((alias.text.clone(), here));
                }
                (inner, BlockKind::Section(found.nodes, slot))
            }
        };
        self.block(builder, &mut inner, block, kind, statement);
    }

    fn each(&mut self, builder: &mut Builder, scope: &Scope, block: &Block, statement: &Statement) {
        let Some(source) = &block.source else { return };
        let path = match &source.kind {
            ExpressionKind::Path(path) => path,
            ExpressionKind::Call { name, arguments } if name.text == "wrap" => {
                return self.lines(builder, scope, block, (arguments, source), statement);
            }
            _ => {
                return self.later(
                    "`each … from` something that is no path",
                    "name a list of records, or `wrap(…)`",
                    statement,
                );
            }
        };
        if block.target.head() == Some("document") {
            return self.later("`each document`", "let the guide cut the units", statement);
        }
        let Some(Found::Path(found)) = self.context.resolve(scope, path) else { return };
        let slot = self.context.slot();
        let record = Binding::Record { slot, shape: found.shape.clone(), places: found.places.clone() };
        let item = Scope { here: record.clone(), ..scope.clone() };
        let keys = |this: &mut Self, expressions: &[Expression]| -> Vec<Expr> {
            expressions.iter().filter_map(|key| Some(this.context.value(&item, key)?.expr)).collect()
        };
        let group_by = keys(self, &block.group_by);
        let sort_by = keys(self, &block.sort_by);
        let here = if block.group_by.is_empty() {
            record
        } else {
            let member = path.steps.last().map_or(String::new(), super::names::step_text);
            let by = group_by.iter().flat_map(leaf_places).collect();
            Binding::Group { slot, shape: found.shape, places: found.places, by, member }
        };
        let mut inner = Scope { here: here.clone(), ..scope.clone() };
        let inside = match &block.inside {
            None => None,
            Some((around, alias)) => match self.inside(scope, path, around, !block.group_by.is_empty()) {
                Some((binding, inside)) => {
                    inner.names.push((alias.text.clone(), binding));
                    Some(inside)
                }
                None => return,
            },
        };
        if let Some(alias) = &block.alias {
            inner.names.push((alias.text.clone(), here));
        }
        let kind = BlockKind::Each { nodes: found.nodes, slot, inside, group_by, sort_by };
        self.block(builder, &mut inner, block, kind, statement);
    }

    fn block(
        &mut self,
        builder: &mut Builder,
        scope: &mut Scope,
        block: &Block,
        kind: BlockKind,
        statement: &Statement,
    ) {
        let is_each = matches!(kind, BlockKind::Each { .. } | BlockKind::Lines { .. });
        let Some(step) = block.target.steps.first().filter(|_| block.target.steps.len() == 1) else {
            return self.later("a block whose target is several steps deep", "nest the blocks", statement);
        };
        let Some(place) = self.target_place(builder.place, step, &block.target) else { return };
        if self.shape.place(place).kind != PlaceKind::Record {
            let finding = Diagnostic::new(Code::M007)
                .with("name", self.shape.path(place))
                .at(block.target.span, "not a record");
            self.context.findings.push(finding);
            return;
        }
        let condition = match &block.condition {
            None => None,
            Some(condition) => match self.context.condition(scope, condition) {
                Some(condition) => Some(condition),
                None => return,
            },
        };
        let rule = self.context.rule(statement.span);
        let mut inner = Builder::new(place);
        self.key_leaf(&mut inner, step);
        scope.this = (self.shape.clone(), vec![place]);
        self.statements(&mut inner, scope, &block.statements);
        let required = block.modifiers.required.as_ref().map(|(_, text)| {
            let missing = || format!("{} is missing", layers::keys(&block.target).join("."));
            words(text.as_ref().map_or_else(missing, |text| text.text.clone()))
        });
        builder.blocks.push(BuilderBlock {
            place,
            kind,
            condition,
            builder: inner,
            always: block.modifiers.always.is_some() || is_each,
            required,
            rule,
            is_implied: false,
        });
    }

    /// The place a target step means. Codes that are no variant of the guide mean the plain place with its key set.
    fn target_place(&mut self, parent: PlaceId, step: &PathStep, path: &Path) -> Option<PlaceId> {
        match step_places(&self.shape, &[parent], step) {
            // Without a selector: the plain one, which is the last of its slot.
            Ok(found) => found
                .places
                .iter()
                .copied()
                .find(|&place| {
                    let codes = &self.shape.place(place).codes;
                    !step.selectors.is_empty() || codes.is_empty()
                })
                .or(found.places.first().copied()),
            Err(StepError::NoKey) => {
                let name = super::names::step_text(step);
                let finding =
                    Diagnostic::new(Code::G010).with("name", name).at(step.span, "no key is declared");
                self.context.findings.push(finding);
                None
            }
            Err(StepError::Unknown { known }) => {
                let name = super::names::step_text(step);
                let finding = Diagnostic::new(Code::M003)
                    .with("target", &name)
                    .with("shape", &self.shape.name)
                    .at(path.span, format!("there are: {}", shorten(&known)));
                let near = suggest::nearest(&name, known.iter().map(String::as_str));
                self.context.findings.push(match near {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding,
                });
                None
            }
        }
    }

    /// The key of a selected target: `N9[BM]` writes BM by itself, `RFF[ON]` writes ON in its composite.
    fn key_leaf(&mut self, builder: &mut Builder, step: &PathStep) {
        let Some(key) = self.shape.place(builder.place).key else { return };
        let code = step.selectors.iter().find_map(|selector| match &selector.kind {
            SelectorKind::Codes { negated: false, codes } => codes.first().map(|code| code.text.clone()),
            _ => None,
        });
        let Some(code) = code else { return };
        let rule = self.context.rule(step.span);
        let leaf = constant_leaf(&self.shape, key, &code, rule);
        let parent = self.shape.place(key).parent;
        if parent == builder.place {
            return builder.leaves.push(leaf);
        }
        let at = match builder.implied(parent) {
            Some(at) => at,
            None => builder.imply(Builder::new(parent), rule),
        };
        builder.blocks[at].builder.leaves.push(leaf);
    }

    /// A parameter of the map that no line reads.
    fn unread_parameter(&mut self, map: &MapDocument) {
        let unread = map.parameters.iter().find(|p| !self.context.used_parameters.contains(&p.name.text));
        if let Some(parameter) = unread {
            let finding = Diagnostic::new(Code::M019)
                .with("name", &parameter.name.text)
                .at(parameter.span, "nobody reads it");
            self.context.findings.push(finding);
        }
    }

    fn check_required(&mut self, builder: &Builder, map: &MapDocument, target: &SideName) {
        let SideName::Canonical(_) = target else { return };
        const FILLED_BY_THE_GATEWAY: [&str; 4] = ["client", "sender", "receiver", "provenance"];
        for &child in &self.shape.place(PlaceId::ROOT).children {
            let place = self.shape.place(child);
            let owned = builder.owners.iter().any(|(owned, _)| *owned == child);
            if place.required && !owned && !FILLED_BY_THE_GATEWAY.contains(&&*place.name) {
                self.context.findings.push(
                    Diagnostic::new(Code::M004)
                        .with("target", &*place.name)
                        .with("shape", &self.shape.name)
                        .at(map.name.span, "this map"),
                );
            }
        }
    }

    // ------------------------------------------------------------------------------------------ order

    /// The whole target, its lines in an order in which each finds what it reads.
    fn whole(&mut self, builder: Builder) -> RecordPlan {
        let root = self.finish(builder);
        for (place, span) in order::too_early(&root) {
            let finding =
                Diagnostic::new(Code::M035).with("target", self.shape.path(place)).at(span, "read here");
            self.context.findings.push(finding);
        }
        root
    }

    fn finish(&mut self, builder: Builder) -> RecordPlan {
        let Builder { leaves, mut blocks, lets, checks, .. } = builder;
        let order = |place: PlaceId| {
            let parent = self.shape.place(place).parent;
            self.shape.place(parent).children.iter().position(|&child| child == place).unwrap_or(usize::MAX)
        };
        let mut leaves = leaves;
        leaves.sort_by_key(|leaf| order(leaf.place));
        // Stable: several blocks for one place stay in the order written.
        blocks.sort_by_key(|block| order(block.place));
        let block_places: Vec<PlaceId> = blocks.iter().map(|block| block.place).collect();
        let (first, last) = self.leaf_order(&leaves, &block_places);
        let blocks = blocks
            .into_iter()
            .map(|block| BlockPlan {
                place: block.place,
                needs: block.kind.needs(),
                kind: block.kind,
                condition: block.condition,
                always: block.always,
                required: block.required,
                rule: block.rule,
                is_implied: block.is_implied,
                is_part: self.shape.place(block.place).position > 0,
                record: self.finish(block.builder),
            })
            .collect();
        // The tree of a canonical document may hold leaves in any order; segments are written in the order of theirs.
        let is_in_order = self.target_guide.is_none() || (last.is_empty() && first.is_sorted());
        let is_free = self.target_guide.is_none() || !is_in_order;
        let [first, last] = [first, last].map(|order| Turns::of(order, &leaves, is_free));
        RecordPlan { leaves, first, blocks, last, lets, checks, is_in_order }
    }

    /// Leaves by dependency: those that need only leaves before them, then those that need records of the target.
    fn leaf_order(&mut self, leaves: &[LeafPlan], blocks: &[PlaceId]) -> (Vec<usize>, Vec<usize>) {
        let needs: Vec<Vec<PlaceId>> = leaves
            .iter()
            .map(|leaf| {
                let mut reads = Vec::new();
                order::of_value(&leaf.value, &mut reads);
                reads.into_iter().map(|(_, place, _)| place).chain(leaf.beside).collect()
            })
            .collect();
        let index_of = |place: PlaceId| leaves.iter().position(|leaf| leaf.place == place);
        let mut first: Vec<usize> = Vec::new();
        let mut last: Vec<usize> = Vec::new();
        let late: Vec<bool> =
            needs.iter().map(|needs| needs.iter().any(|place| blocks.contains(place))).collect();
        let mut left: Vec<usize> = (0..leaves.len()).collect();
        while !left.is_empty() {
            let ready = |i: &usize| {
                needs[*i].iter().all(|place| index_of(*place).is_none_or(|needed| !left.contains(&needed)))
            };
            let (now, later): (Vec<usize>, Vec<usize>) = left.iter().copied().partition(|i| ready(i));
            if now.is_empty() {
                let span = self.context.rules[leaves[later[0]].rule as usize - 1];
                self.context.findings.push(Diagnostic::new(Code::M014).at(span, "needs itself"));
                break;
            }
            for i in now {
                let needs_late = needs[i]
                    .iter()
                    .any(|place| index_of(*place).is_some_and(|needed| last.contains(&needed)));
                if late[i] || needs_late { last.push(i) } else { first.push(i) }
            }
            left = later;
        }
        (first, last)
    }
}

/// A message without values.
fn words(text: String) -> Message {
    Message { parts: vec![MessagePartPlan::Text(text)] }
}

/// Whether a value of one kind can go to a target of another.
fn fits(value: ValueKind, target: ValueKind) -> bool {
    match (value, target) {
        (ValueKind::Nothing, _) => true,
        (value, target) if value == target => true,
        // Text is read as the target wants it when it runs: a code table gives text.
        (ValueKind::Text, _) => true,
        (ValueKind::Number, ValueKind::Text) => true,
        _ => false,
    }
}

fn constant_leaf(shape: &Shape, place: PlaceId, code: &str, rule: u32) -> LeafPlan {
    let leaf = shape.place(place).leaf_type().cloned().unwrap_or(crate::tree::LeafType::Text);
    let value = Expr::Constant(Constant::Text(code.into()));
    LeafPlan {
        place,
        making: Making::of(&value, &leaf, None),
        max_length: if leaf.kind() == ValueKind::Text { shape.place(place).max_length } else { 0 },
        leaf,
        value,
        is_constant: true,
        required: None,
        truncate: None,
        round: None,
        beside: None,
        quick: None,
        rule,
    }
}

/// Fields of the same name in both records, all the way down.
fn copy_pairs(
    from: &Shape,
    source: PlaceId,
    to: &Shape,
    target: PlaceId,
    pairs: &mut Vec<(PlaceId, PlaceId)>,
) {
    for &child in &from.place(source).children {
        if let Some(twin) = to.children_named(target, &from.place(child).name).next() {
            pairs.push((child, twin));
            copy_pairs(from, child, to, twin, pairs);
        }
    }
}

/// Leaf places an expression reads directly: the columns of `group by`.
fn leaf_places(expr: &Expr) -> Vec<PlaceId> {
    match expr {
        Expr::Leaf(nodes) => nodes.leaves.iter().map(|(place, _)| *place).collect(),
        _ => Vec::new(),
    }
}

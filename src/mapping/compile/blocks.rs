//! Blocks: sections and lists of records.

use super::builder::BuilderBlock;
use super::lines::constant_leaf;
use super::{Builder, Compiler};
use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::guide::path::{StepError, StepPlaces, step_places};
use crate::guide::shorten;
use crate::language::syntax::{
    Block, Expression, ExpressionKind, Occurrence, Path, PathStep, SelectorKind, Statement,
};
use crate::mapping::expression::{implied, not_listed, permits};
use crate::mapping::layers;
use crate::mapping::names::{Binding, Found, Multiplicity, Resolved, Scope, step_text};
use crate::mapping::plan::{BlockKind, Expr, RecordsPlan};
use crate::tree::PlaceId;
use crate::tree::value::ValueKind;

impl Compiler<'_> {
    pub(super) fn section(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        block: &Block,
        statement: &Statement,
    ) {
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
        self.block(builder, (&mut inner, scope), block, kind, statement);
    }

    pub(super) fn each(
        &mut self,
        builder: &mut Builder,
        scope: &Scope,
        block: &Block,
        statement: &Statement,
    ) {
        let Some(source) = &block.source else { return };
        let path = match &source.kind {
            ExpressionKind::Path(path) => path,
            _ => return self.each_value(builder, scope, block, source, statement),
        };
        if self.is_split(builder, block) {
            return self.split_documents(builder, scope, block, path, statement);
        }
        let found = match self.context.resolve(scope, path) {
            Some(Found::Path(found)) if found.kind == ValueKind::Record && found.pair.is_none() => found,
            Some(_) => return self.each_value(builder, scope, block, source, statement),
            None => return,
        };
        let Some((mut inner, records)) = self.records(scope, block, path, *found) else { return };
        self.block(builder, (&mut inner, scope), block, BlockKind::Each(records), statement);
    }

    /// What `each` goes through, and what its lines see.
    pub(super) fn records(
        &mut self,
        scope: &Scope,
        block: &Block,
        path: &Path,
        found: Resolved,
    ) -> Option<(Scope, RecordsPlan)> {
        let slot = self.context.slot();
        let record = Binding::Record { slot, shape: found.shape.clone(), places: found.places.clone() };
        let mut inner = scope.clone();
        let mut inside = Vec::new();
        for (around, alias) in &block.inside {
            let (binding, found) = self.inside(scope, path, around)?;
            inner.names.push((alias.text.clone(), binding));
            inside.push(found);
        }
        // Keys are asked of each record, and of what is around it.
        let item = Scope { here: record.clone(), ..inner.clone() };
        let keys = |this: &mut Self, expressions: &[Expression]| -> Vec<Expr> {
            expressions.iter().filter_map(|key| Some(this.context.value(&item, key)?.expr)).collect()
        };
        let group_by = keys(self, &block.group_by);
        let sort_by = keys(self, &block.sort_by);
        let here = if block.group_by.is_empty() {
            record
        } else {
            let member = path.steps.last().map_or(String::new(), step_text);
            let by = group_by.iter().flat_map(leaf_places).collect();
            Binding::Group { slot, shape: found.shape, places: found.places, by, member }
        };
        inner.here = here.clone();
        if let Some(alias) = &block.alias {
            inner.names.push((alias.text.clone(), here));
        }
        Some((inner, RecordsPlan { nodes: found.nodes, slot, inside, group_by, sort_by }))
    }

    /// A block whose lines see `scope`; the record it needs is missed in `outer`.
    pub(super) fn block(
        &mut self,
        builder: &mut Builder,
        (scope, outer): (&mut Scope, &Scope),
        block: &Block,
        kind: BlockKind,
        statement: &Statement,
    ) {
        let is_each = matches!(kind, BlockKind::Each(_) | BlockKind::Values { .. });
        let Some(step) = block.target.steps.first().filter(|_| block.target.steps.len() == 1) else {
            return self.later("a block whose target is several steps deep", "nest the blocks", statement);
        };
        let Some(place) = self.target_place(builder.place, step, &block.target) else { return };
        if self.shape.place(place).leaf_type().is_some() {
            let finding = Diagnostic::new(Code::M007)
                .with("name", self.shape.path(place))
                .at(block.target.span, "not a record");
            self.context.findings.push(finding);
            return;
        }
        // In another record the same words mean something else.
        let is_plain = matches!(kind, BlockKind::Plain);
        let facts = std::mem::take(&mut self.facts);
        self.facts.extend(facts.iter().filter(|fact| is_plain && fact.outlives_this()).cloned());
        let condition = match &block.condition {
            None => None,
            Some(condition) => match self.context.condition(scope, condition) {
                Some(compiled) => {
                    self.context.tell_foregone(scope, condition, &self.facts);
                    self.facts.extend(implied(condition, true));
                    Some(compiled)
                }
                None => return self.facts = facts,
            },
        };
        let rule = self.context.rule(statement.span);
        let mut inner = Builder::new(place);
        self.key_leaf(&mut inner, step);
        scope.this = (self.shape.clone(), vec![place]);
        let listed = kind.listed();
        self.context.lists.extend(listed.map(|slot| (slot, condition.is_some())));
        let guard = self.guard.take();
        self.statements(&mut inner, scope, &block.statements);
        self.check_required(&inner, block.target.span);
        self.guard.clone_from(&guard);
        self.facts = facts;
        if listed.is_some() {
            self.context.lists.pop();
        }
        let required = self.required(outer, &block.modifiers, &block.target);
        builder.blocks.push(BuilderBlock {
            place,
            kind,
            guard,
            condition,
            builder: inner,
            always: block.modifiers.always.is_some() || is_each,
            required,
            rule,
            is_implied: false,
        });
    }

    /// The place a target step means. Codes that are no variant of the guide mean the plain place with its key set.
    pub(super) fn target_place(&mut self, parent: PlaceId, step: &PathStep, path: &Path) -> Option<PlaceId> {
        let places = step_places(&self.shape, &[parent], step);
        if let (Some(occurrence), Ok(StepPlaces { is_position: false, .. })) = (step.occurrence, &places)
            && occurrence != Occurrence::Number(1)
        {
            let instead = "write a `section` for each: they are written in their order";
            return self.context.unsupported("`#n` behind what is built", instead, step.span);
        }
        match places {
            // Without a selector: the plain one, which is the last of its slot.
            Ok(found) => {
                let is_meant =
                    |place: &PlaceId| !step.selectors.is_empty() || self.shape.place(*place).codes.is_empty();
                let place = found.places.iter().copied().find(is_meant).or(found.places.first().copied())?;
                self.is_wanted(place, step);
                Some(place)
            }
            Err(StepError::NoKey) => {
                let name = step_text(step);
                let finding =
                    Diagnostic::new(Code::G010).with("name", name).at(step.span, "no key is declared");
                self.context.findings.push(finding);
                None
            }
            Err(StepError::Unknown { known }) => {
                let name = step_text(step);
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

    /// Tells of a target that its guide has no use for.
    fn is_wanted(&mut self, place: PlaceId, step: &PathStep) {
        let Some(guide) = &self.target_guide else { return };
        if guide.rules(place).not_used {
            let finding = Diagnostic::new(Code::M064)
                .with("name", guide.shape.path(place))
                .with("guide", &guide.name)
                .at(step.span, "not used");
            self.context.findings.push(finding);
        }
        let codes = step.selectors.iter().find_map(|selector| match &selector.kind {
            SelectorKind::Codes { negated: false, codes } => codes.first(),
            _ => None,
        });
        let key = self.shape.place(place).key;
        if let (Some(code), Some(key)) = (codes, key)
            && !permits(guide, key, &code.text)
        {
            self.context.findings.push(not_listed(guide, code, &[key]));
        }
    }

    /// The key of a selected target: `N9[BM]` writes BM by itself, `RFF[ON]` writes ON in its composite.
    pub(super) fn key_leaf(&mut self, builder: &mut Builder, step: &PathStep) {
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
}

/// Leaf places an expression reads directly: the columns of `group by`.
pub(super) fn leaf_places(expr: &Expr) -> Vec<PlaceId> {
    match expr {
        Expr::Leaf(nodes) => nodes.leaves.iter().map(|(place, _)| *place).collect(),
        _ => Vec::new(),
    }
}

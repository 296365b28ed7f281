//! Functions of lists, and the lists they read.

use super::literals::whole_number;
use super::{Context, Typed, single};
use crate::base::span::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::language::syntax::{Expression, ExpressionKind, Path, Word};
use crate::mapping::names::{Found, Multiplicity, Scope};
use crate::mapping::plan::{Expr, ListFunction, ListSource};
use crate::tree::value::ValueKind;

impl Context<'_> {
    /// The values of a list, or one value, and their kind.
    pub(in crate::mapping) fn list_source(
        &mut self,
        scope: &Scope,
        expression: &Expression,
    ) -> Option<(ListSource, ValueKind)> {
        match &expression.kind {
            ExpressionKind::Path(path) => self.list_of_path(scope, path),
            ExpressionKind::Within { value, path } => self.list_within(scope, value, path),
            ExpressionKind::List(items) => self.several(scope, items),
            ExpressionKind::Call { name, arguments } => {
                match self.listed(scope, name, arguments, expression.span) {
                    Some(list) => list,
                    None => self.one_value(scope, expression),
                }
            }
            _ => self.one_value(scope, expression),
        }
    }

    fn one_value(&mut self, scope: &Scope, expression: &Expression) -> Option<(ListSource, ValueKind)> {
        let typed = self.value(scope, expression)?;
        Some((ListSource::Value(Box::new(typed.expr)), typed.kind))
    }

    pub(super) fn list_of_path(&mut self, scope: &Scope, path: &Path) -> Option<(ListSource, ValueKind)> {
        match self.resolve(scope, path)? {
            Found::Path(resolved) if resolved.pair.is_none() => {
                Some((ListSource::Nodes(resolved.nodes), resolved.kind))
            }
            found => {
                let typed = self.found(found);
                let typed = self.checked(typed, path.span)?;
                Some((ListSource::Value(Box::new(typed.expr)), typed.kind))
            }
        }
    }

    /// `(a, b)`: all of them of one kind.
    fn several(&mut self, scope: &Scope, items: &[Expression]) -> Option<(ListSource, ValueKind)> {
        let mut kind = ValueKind::Nothing;
        let mut sources = Vec::with_capacity(items.len());
        for item in items {
            let (source, own) = self.list_source(scope, item)?;
            match super::common(kind, own) {
                ValueKind::Record => {
                    self.beside(kind, own, item.span);
                    return None;
                }
                both => kind = both,
            }
            sources.push(source);
        }
        Some((ListSource::Several(sources), kind))
    }

    /// The list that a function gives; `None` if this one gives none.
    fn listed(
        &mut self,
        scope: &Scope,
        name: &Word,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Option<(ListSource, ValueKind)>> {
        match (name.text.as_str(), arguments) {
            ("split", [text, separator]) => Some(self.parts(scope, text, separator)),
            ("wrap", _) => Some(self.wrapped(scope, arguments, span)),
            ("distinct", [list]) => Some(self.distinct(scope, list)),
            ("distinct", _) => {
                self.arity("distinct", "a list", span);
                Some(None)
            }
            _ => None,
        }
    }

    fn parts(
        &mut self,
        scope: &Scope,
        text: &Expression,
        separator: &Expression,
    ) -> Option<(ListSource, ValueKind)> {
        let (text, separator) = (self.value(scope, text), self.value(scope, separator));
        let source = ListSource::Parts(Box::new(text?.expr), Box::new(separator?.expr));
        Some((source, ValueKind::Text))
    }

    fn wrapped(
        &mut self,
        scope: &Scope,
        arguments: &[Expression],
        span: Span,
    ) -> Option<(ListSource, ValueKind)> {
        let (text, width) = match arguments {
            [text, width] => (text, whole_number(width).filter(|width| *width > 0)),
            _ => {
                self.arity("wrap", "a text and the length of a line, written out", span);
                return None;
            }
        };
        let Some(width) = width else {
            self.arity("wrap", "a text and the length of a line, written out", span);
            return None;
        };
        let text = self.value(scope, text)?;
        Some((ListSource::Lines(Box::new(text.expr), width), ValueKind::Text))
    }

    fn distinct(&mut self, scope: &Scope, list: &Expression) -> Option<(ListSource, ValueKind)> {
        let (source, kind) = self.list_source(scope, list)?;
        if kind == ValueKind::Record {
            self.findings.push(Diagnostic::new(Code::M007).at(list.span, "these are records"));
            return None;
        }
        Some((ListSource::Distinct(Box::new(source)), kind))
    }

    /// A list where a value stands: it is told that there may be several.
    pub(super) fn bare_list(&mut self, scope: &Scope, expression: &Expression) -> Option<Typed> {
        let (source, kind) = self.list_source(scope, expression)?;
        let expr = Expr::List(ListFunction::First, source);
        Some(Typed { expr, kind, multiplicity: Multiplicity::Many })
    }

    pub(super) fn join(&mut self, scope: &Scope, arguments: &[Expression], span: Span) -> Option<Typed> {
        let Some((separator, items)) = arguments.split_last().filter(|(_, items)| !items.is_empty()) else {
            self.arity("join", "at least one text and, last, what stands between", span);
            return None;
        };
        let items = items.iter().map(|item| Some(self.list_source(scope, item)?.0)).collect::<Option<_>>()?;
        let separator = self.value(scope, separator)?;
        Some(single(Expr::Join(items, Box::new(separator.expr)), ValueKind::Text))
    }

    /// `hash_total(list, 10)`
    pub(super) fn hash_total(
        &mut self,
        scope: &Scope,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Typed> {
        let digits = match arguments {
            [_, digits] => whole_number(digits).and_then(|digits| u8::try_from(digits).ok()),
            _ => None,
        };
        match digits.filter(|digits| (1..=18).contains(digits)) {
            Some(digits) => {
                self.list(scope, "hash_total", ListFunction::HashTotal(digits), &arguments[..1], span)
            }
            None => {
                self.arity(
                    "hash_total",
                    "a list of numbers and how many digits to keep, 1 to 18, written out",
                    span,
                );
                None
            }
        }
    }

    /// A function of one list. `min(a, b)` and `max(a, b)` take several.
    pub(super) fn list(
        &mut self,
        scope: &Scope,
        name: &str,
        function: ListFunction,
        arguments: &[Expression],
        span: Span,
    ) -> Option<Typed> {
        let takes_several = matches!(function, ListFunction::Min | ListFunction::Max);
        let (source, kind) = match arguments {
            [argument] => self.list_source(scope, argument)?,
            [_, ..] if takes_several => self.several(scope, arguments)?,
            _ => {
                self.arity(name, if takes_several { "a list, or several values" } else { "a list" }, span);
                return None;
            }
        };
        let is_of_numbers = matches!(function, ListFunction::Sum | ListFunction::HashTotal(_));
        let result = match function {
            ListFunction::Count | ListFunction::CountDistinct => ValueKind::Number,
            _ if is_of_numbers => ValueKind::Number,
            _ => kind,
        };
        let wrong = match function {
            ListFunction::Count => false,
            _ if is_of_numbers => kind != ValueKind::Number && kind != ValueKind::Nothing,
            _ => kind == ValueKind::Record,
        };
        if wrong {
            self.findings.push(
                Diagnostic::new(Code::M008)
                    .with("found", kind.word())
                    .with("expected", if is_of_numbers { "numbers" } else { "values" })
                    .at(arguments[0].span, format!("this is {}", kind.word())),
            );
            return None;
        }
        Some(single(Expr::List(function, source), result))
    }
}

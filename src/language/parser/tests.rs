//! What the tree looks like for lines whose reading is a decision.

use super::super::syntax::*;
use super::parse;
use crate::base::span::Sources;
use crate::diagnostics::Diagnostics;

/// The statements of a map with `lines`, and the text they stand in.
fn statements(lines: &str) -> (Sources, Vec<Statement>) {
    let mut sources = Sources::default();
    let file = sources.add("x.map", format!("map a/b\n{lines}\nend map\n"));
    let mut diagnostics = Diagnostics::new();
    let mut documents = parse(&sources, file, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{lines}: {:?}", diagnostics.as_slice());
    match documents.pop() {
        Some(Document::Map(map)) => (sources, map.statements),
        other => panic!("a map was written, {other:?} was read"),
    }
}

/// `source` of `x = source`, with brackets around everything that was grouped.
fn grouped(source: &str) -> String {
    let (sources, statements) = statements(&format!("x = {source}"));
    match &statements[0].kind {
        StatementKind::Assign(assignment) => show(&sources, &assignment.value),
        other => panic!("an assignment was written, {other:?} was read"),
    }
}

fn show(sources: &Sources, expression: &Expression) -> String {
    let show = |inner: &Expression| show(sources, inner);
    match &expression.kind {
        ExpressionKind::Binary { operator, left, right } => {
            format!("({} {operator:?} {})", show(left), show(right))
        }
        ExpressionKind::Not(inner) => format!("(not {})", show(inner)),
        ExpressionKind::Negate(inner) => format!("(- {})", show(inner)),
        ExpressionKind::Else { value, fallback } => format!("({} else {})", show(value), show(fallback)),
        ExpressionKind::Via(via) => format!("({} via)", show(&via.value)),
        ExpressionKind::If { condition, then, otherwise } => {
            format!("(if {} then {} else {})", show(condition), show(then), show(otherwise))
        }
        ExpressionKind::Within { value, path } => format!("({} | {})", show(value), sources.text(path.span)),
        _ => sources.text(expression.span).to_string(),
    }
}

#[test]
fn operators_bind_as_the_grammar_says() {
    assert_eq!(grouped("a or b and not c = d"), "(a Or (b And (not (c Equal d))))");
    assert_eq!(grouped("a - b - c * -d & e"), "(((a Subtract b) Subtract (c Multiply (- d))) Join e)");
    assert_eq!(grouped("a & b via table t else c else d"), "((((a Join b) via) else c) else d)");
    assert_eq!(
        grouped("if a then b else if c then d else e & f"),
        "(if a then b else (if c then d else (e Join f)))"
    );
    assert_eq!(grouped("a else if b then c else d"), "(a else (if b then c else d))");
    assert_eq!(grouped("one(a.b[c = \"d\"]).e"), "(one(a.b[c = \"d\"]) | .e)");
}

#[test]
fn an_assignment_comes_before_every_keyword() {
    let (_, read) =
        statements("version = a\ncheck = b\nend = c\ngroup = d\nelse = e\nset.x = f\nwhen[A] <-> g");
    assert_eq!(read.len(), 7);
    assert!(read.iter().all(|one| matches!(one.kind, StatementKind::Assign(_) | StatementKind::Both(_))));
}

#[test]
fn steps_are_positions_up_to_two_digits() {
    let (sources, read) = statements(".05 = N1[not ST|BT].04.2\nx = .C082.3039#last");
    let StatementKind::Assign(first) = &read[0].kind else { panic!("an assignment") };
    assert!(first.target.starts_with_dot());
    let ExpressionKind::Path(path) = &first.value.kind else { panic!("a path") };
    let names: Vec<_> = path.steps.iter().map(|step| step.name.clone()).collect();
    assert_eq!(names, [StepName::Name("N1".into()), StepName::Position(4), StepName::Position(2)]);
    assert!(matches!(path.steps[0].selectors[0].kind, SelectorKind::Codes { negated: true, .. }));
    assert_eq!(sources.text(path.span), "N1[not ST|BT].04.2");
    let StatementKind::Assign(second) = &read[1].kind else { panic!("an assignment") };
    let ExpressionKind::Path(path) = &second.value.kind else { panic!("a path") };
    assert!(path.starts_with_dot());
    assert_eq!(path.steps[1].name, StepName::Name("3039".into()));
    assert_eq!(path.steps[1].occurrence, Some(Occurrence::Last));
}

#[test]
fn places_in_texts_are_places_in_the_file() {
    let (sources, read) = statements("check warn W1 \"ü \"\"x\"\" {N1[ST].04} {{y}}\": a");
    let StatementKind::Check(check) = &read[0].kind else { panic!("a check") };
    let [MessagePart::Text(before), MessagePart::Value(value), MessagePart::Text(after)] =
        check.text.parts.as_slice()
    else {
        panic!("words, a value, words: {:?}", check.text.parts)
    };
    assert_eq!((before.as_str(), after.as_str()), ("ü \"x\" ", " {y}"));
    assert_eq!(sources.text(value.span), "N1[ST].04");
}

#[test]
fn documentation_belongs_to_the_next_line() {
    let (_, read) = statements("## one\n## two\na = b\n\n# not this\nc = d");
    assert_eq!(read[0].documentation, "one\ntwo");
    assert_eq!(read[1].documentation, "");
}

#[test]
fn lines_go_on_and_blocks_keep_their_lines() {
    let (_, read) = statements("each a from b\n  where c\n  group by d, e\n  sort by f as g\n  x = y\nend");
    let StatementKind::Each(block) = &read[0].kind else { panic!("a block") };
    assert!(block.condition.is_some());
    assert_eq!((block.group_by.len(), block.sort_by.len(), block.statements.len()), (2, 1, 1));
    assert_eq!(block.alias.as_ref().map(|alias| alias.text.as_str()), Some("g"));
}

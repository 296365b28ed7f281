//! Conditions that a look at a text tells, without a value being made of it.

use super::{CallPlan, Constant, Expr};
use crate::language::syntax::Operator;
use crate::mapping::evaluate::says;

/// `length(x) <= 35`, `left(x, 1) = "0"`
#[derive(Debug)]
pub struct Glance {
    /// The text; the condition does not hold without one.
    pub text: Expr,
    at: At,
}

/// What is looked at.
#[derive(Debug)]
enum At {
    /// How many characters there are, beside this number.
    Length(Operator, usize),
    /// Whether these characters, which are as many as are looked at, are the first; or whether they are not.
    Start(Box<str>, bool),
}

impl Glance {
    /// The comparison of two values. Gives them back if it is another one.
    ///
    /// # Errors
    /// The two sides.
    pub fn of(operator: Operator, left: Expr, right: Expr) -> Result<Glance, Box<(Expr, Expr)>> {
        let at = match &left {
            Expr::Call(call) if call.arguments[0].gives_text() => At::of(operator, call, &right),
            _ => None,
        };
        match (at, left) {
            (Some(at), Expr::Call(mut call)) => Ok(Glance { text: call.arguments.swap_remove(0), at }),
            (_, left) => Err(Box::new((left, right))),
        }
    }

    /// Whether it holds for a text.
    pub fn holds(&self, text: &str) -> bool {
        match &self.at {
            At::Length(operator, length) => {
                let characters = if text.is_ascii() { text.len() } else { text.chars().count() };
                says(*operator, characters.cmp(length))
            }
            // Of a text without characters there is no first one.
            At::Start(start, is) => !text.is_empty() && text.starts_with(&**start) == *is,
        }
    }
}

impl At {
    fn of(operator: Operator, call: &CallPlan, right: &Expr) -> Option<At> {
        match (call.function.name, call.arguments.as_slice(), right) {
            ("length", [_], Expr::Constant(Constant::Number(length))) if operator.is_comparison() => {
                Some(At::Length(operator, usize::try_from(length.units_at(0)?).ok()?))
            }
            ("left", [_, Expr::Constant(Constant::Number(count))], Expr::Constant(Constant::Text(start))) => {
                let count = usize::try_from(count.units_at(0)?).ok()?;
                let is = match operator {
                    Operator::Equal => true,
                    Operator::NotEqual => false,
                    _ => return None,
                };
                (count > 0 && start.chars().count() == count).then(|| At::Start(start.clone(), is))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{At, Glance};
    use crate::language::syntax::Operator;
    use crate::mapping::plan::{Constant, Expr};

    #[test]
    fn characters_are_counted_and_compared_from_the_start() {
        let holds = |at: At, text: &str| Glance { text: Expr::Constant(Constant::Absent), at }.holds(text);
        let length = |operator, text: &str| holds(At::Length(operator, 3), text);
        assert!(length(Operator::Equal, "süß") && length(Operator::Less, "ab") && length(Operator::Less, ""));
        assert!(!length(Operator::LessOrEqual, "abcd") && length(Operator::NotEqual, "abcd"));
        let start = |is, text: &str| holds(At::Start("ü0".into(), is), text);
        assert!(start(true, "ü01") && !start(true, "ü") && start(false, "ü") && !start(false, "ü0"));
        assert!(!start(true, "") && !start(false, ""));
    }
}

//! What can be said of XML at a glance. Nothing is resolved, fetched or trusted.

use crate::formats::xml::{Header, is_envelope, outermost_inside};

/// An XML file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xml {
    /// Local name of its root element.
    pub root: String,
    /// Namespace of its root element; empty if it has none.
    pub namespace: String,
    /// Encoding as declared; empty if none is.
    pub encoding: String,
    /// Whether it has a document type declaration, which is refused when it is taken in.
    pub has_doctype: bool,
    /// How many elements begin in it.
    pub elements: usize,
    /// The document in it, where it is an envelope of SBDH.
    pub inside: Option<Box<Inside>>,
}

/// A document in an envelope of SBDH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// What the envelope says.
    pub header: Header,
    /// Local name of the document's outermost element; empty if there is none.
    pub root: String,
    /// Its namespace.
    pub namespace: String,
}

/// Reads the prolog and the root's start tag; `None` if `text` has no root element.
pub(super) fn read(text: &str) -> Option<Xml> {
    let mut xml = Xml {
        root: String::new(),
        namespace: String::new(),
        encoding: String::new(),
        has_doctype: false,
        inside: None,
        elements: text.match_indices('<').filter(|(at, _)| begins_name(&text[at + 1..])).count(),
    };
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        rest = &rest[open..];
        if let Some(inner) = rest.strip_prefix("<?") {
            let end = inner.find("?>")?;
            if inner.starts_with("xml") {
                xml.encoding = attribute(&inner[..end], "encoding").unwrap_or_default();
            }
            rest = &inner[end + 2..];
        } else if let Some(inner) = rest.strip_prefix("<!--") {
            rest = &inner[inner.find("-->")? + 3..];
        } else if rest.starts_with("<!") {
            xml.has_doctype = true;
            rest = &rest[end_of_doctype(rest)?..];
        } else if begins_name(&rest[1..]) {
            let tag = &rest[1..rest.find('>').unwrap_or(rest.len())];
            let name = tag.split([' ', '\t', '\r', '\n', '/']).next()?;
            let (prefix, local) = name.split_once(':').unwrap_or(("", name));
            xml.root = local.to_string();
            let declared = if prefix.is_empty() { "xmlns".into() } else { format!("xmlns:{prefix}") };
            xml.namespace = attribute(tag, &declared).unwrap_or_default();
            xml.inside = is_envelope(&xml.namespace, &xml.root).then(|| {
                let (namespace, root) = outermost_inside(text.as_bytes()).unwrap_or_default();
                Box::new(Inside { header: Header::read(text), root, namespace })
            });
            return Some(xml);
        } else {
            return None;
        }
    }
    None
}

fn begins_name(text: &str) -> bool {
    text.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
}

/// One past the `>` of a document type declaration, which may hold brackets with more of them.
fn end_of_doctype(text: &str) -> Option<usize> {
    let mut depth = 0i32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            b'>' if depth <= 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        let at = rest.find(name)?;
        let before = rest[..at].chars().next_back();
        rest = &rest[at + name.len()..];
        let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else { continue };
        if before.is_none_or(char::is_whitespace) {
            let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let value = &value[1..];
            return Some(value[..value.find(quote)?].to_string());
        }
    }
}

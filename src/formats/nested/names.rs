//! The names of a guide, as numbers.

use crate::guide::elements::Part;
use crate::guide::{Guide, PlaceRules};
use rustc_hash::FxHashMap;

/// A name of the guide with its namespace; the names of attributes are names of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name(pub u32);

/// No name of the guide.
pub(crate) const NO_NAME: Name = Name(u32::MAX);

/// The names of a guide.
pub(crate) struct Names {
    /// The namespaces; the first is none.
    namespaces: Vec<Box<str>>,
    /// Per namespace, the elements and the attributes in it.
    elements: Vec<FxHashMap<Box<str>, Name>>,
    attributes: Vec<FxHashMap<Box<str>, Name>>,
    /// Per place of the guide.
    of_place: Vec<Name>,
}

impl Names {
    /// Those of a format that looks names up itself: each element keeps the name it is written with.
    pub(in crate::formats) fn none() -> Names {
        Names {
            namespaces: vec!["".into()],
            elements: vec![FxHashMap::default()],
            attributes: vec![FxHashMap::default()],
            of_place: Vec::new(),
        }
    }

    /// The names of a guide with elements.
    pub(super) fn of(guide: &Guide) -> Names {
        let declared = guide.elements.iter().flat_map(|elements| &elements.namespaces);
        let mut names = Names {
            namespaces: [Box::from("")].into_iter().chain(declared.map(|(_, uri)| uri.clone())).collect(),
            elements: Vec::new(),
            attributes: Vec::new(),
            of_place: Vec::new(),
        };
        names.elements.resize_with(names.namespaces.len(), FxHashMap::default);
        names.attributes.resize_with(names.namespaces.len(), FxHashMap::default);
        let mut count = 0;
        for rules in &guide.rules {
            let name = match rules.part {
                Part::Text => NO_NAME,
                part => names.add(guide, rules, part, &mut count),
            };
            names.of_place.push(name);
        }
        names
    }

    fn add(&mut self, guide: &Guide, rules: &PlaceRules, part: Part, count: &mut u32) -> Name {
        let is_attribute = part == Part::Attribute;
        let (namespace, local) = expanded(guide, rules.element_id.trim_start_matches('@'), is_attribute);
        let at = self.namespace(namespace).unwrap_or(0);
        let known = if is_attribute { &mut self.attributes[at] } else { &mut self.elements[at] };
        *known.entry(local.into()).or_insert_with(|| {
            *count += 1;
            Name(*count - 1)
        })
    }

    /// The number of a namespace the guide knows; 0 is none.
    #[inline]
    pub(crate) fn namespace(&self, namespace: &str) -> Option<usize> {
        self.namespaces.iter().position(|known| **known == *namespace)
    }

    /// The name of an element.
    #[inline]
    pub(crate) fn element(&self, namespace: usize, local: &str) -> Name {
        self.elements[namespace].get(local).copied().unwrap_or(NO_NAME)
    }

    /// The name of an attribute.
    #[inline]
    pub(crate) fn attribute(&self, namespace: usize, local: &str) -> Name {
        self.attributes[namespace].get(local).copied().unwrap_or(NO_NAME)
    }

    /// The name of a place; [`NO_NAME`] for texts.
    pub(super) fn of_place(&self, place: crate::tree::PlaceId) -> Name {
        self.of_place[place.index()]
    }
}

/// Namespace and local name of a name as the guide writes it. Attributes without prefix are in no namespace.
pub(crate) fn expanded<'g>(guide: &'g Guide, name: &'g str, is_attribute: bool) -> (&'g str, &'g str) {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    if prefix == "xml" {
        return ("http://www.w3.org/XML/1998/namespace", local);
    }
    if prefix.is_empty() && is_attribute {
        return ("", local);
    }
    let declared = guide.elements.iter().flat_map(|elements| &elements.namespaces);
    let namespace = declared.into_iter().find(|(known, _)| **known == *prefix).map_or("", |(_, uri)| uri);
    (namespace, local)
}

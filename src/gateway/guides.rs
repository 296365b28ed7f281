//! The guides of a configuration while it is compiled. Each is made when somebody asks for it and stays as long as
//! somebody uses it: a configuration has far more guides than are in use, and the large ones take megabytes.

use super::bundle::Keep;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::{self, Layout};
use crate::guide::{self, Guide, GuideSources};
use crate::language::syntax::Document;
use crate::mapping::Guides;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Weak};

/// So many guides stay for a while although nobody uses them: maps of one guide are compiled one after the other.
const LINGERING: usize = 2;

/// Makes guides and their layouts.
pub(super) struct GuideStore<'a> {
    sources: GuideSources<'a>,
    keep: Keep,
    made: RefCell<BTreeMap<&'a str, Made>>,
    /// Guides that are not sound: nobody gets them.
    unsound: RefCell<BTreeSet<&'a str>>,
    lingering: RefCell<VecDeque<Ready>>,
}

/// A guide, and its layout if that is sound too.
type Ready = (Arc<Guide>, Option<Arc<dyn Layout>>);

struct Made {
    guide: Weak<Guide>,
    layout: Option<Weak<dyn Layout>>,
}

impl<'a> GuideStore<'a> {
    /// A store of what the documents declare. That a name is there twice is told.
    pub fn new(documents: &'a [Document], keep: Keep, findings: &mut Diagnostics) -> Self {
        let mut sources = GuideSources::default();
        for document in documents {
            let (name, twice) = match document {
                Document::Guide(guide) => {
                    (&guide.name, sources.guides.insert(&guide.name.name, guide).map(|first| first.name.span))
                }
                Document::Dictionary(dictionary) => (
                    &dictionary.name,
                    sources
                        .dictionaries
                        .insert(&dictionary.name.name, dictionary)
                        .map(|first| first.name.span),
                ),
                _ => continue,
            };
            if let Some(first) = twice {
                findings.push(
                    Diagnostic::new(Code::G011)
                        .with("name", &name.name)
                        .at(name.span, "again here")
                        .at(first, "first here"),
                );
            }
        }
        let (made, unsound, lingering) = Default::default();
        GuideStore { sources, keep, made, unsound, lingering }
    }

    /// Makes every guide once, and `each` with those whose layout is sound too. All that is wrong with them is told: what
    /// is wrong with guides, then with their layouts.
    pub fn check(&self, findings: &mut Diagnostics, mut each: impl FnMut(&str, Arc<dyn Layout>)) {
        let (mut of_guides, mut of_layouts) = (Diagnostics::new(), Diagnostics::new());
        for &name in self.sources.guides.keys() {
            if let Some((_, Some(layout))) = self.make(name, &mut of_guides, &mut of_layouts) {
                each(name, layout);
            }
        }
        findings.extend(of_guides);
        findings.extend(of_layouts);
    }

    /// The layout of the guide with this name; `None` if there is none that is sound.
    pub fn layout(&self, name: &str) -> Option<Arc<dyn Layout>> {
        self.get(name)?.1
    }

    fn get(&self, name: &str) -> Option<Ready> {
        if let Some(made) = self.made.borrow().get(name)
            && let Some(guide) = made.guide.upgrade()
        {
            match &made.layout {
                None => return Some((guide, None)),
                Some(layout) => {
                    if let Some(layout) = layout.upgrade() {
                        return Some((guide, Some(layout)));
                    }
                }
            }
        }
        // What is wrong with it was told when it was made first.
        self.make(name, &mut Diagnostics::new(), &mut Diagnostics::new())
    }

    fn make(&self, name: &str, of_guides: &mut Diagnostics, of_layouts: &mut Diagnostics) -> Option<Ready> {
        let (&name, _) = self.sources.guides.get_key_value(name)?;
        if self.unsound.borrow().contains(name) {
            return None;
        }
        let Some(guide) = guide::compile(name, &self.sources, of_guides) else {
            self.unsound.borrow_mut().insert(name);
            return None;
        };
        let guide = Arc::new(guide);
        let layout: Option<Arc<dyn Layout>> = formats::layout(&guide, of_layouts).map(Into::into);
        let made = Made { guide: Arc::downgrade(&guide), layout: layout.as_ref().map(Arc::downgrade) };
        self.made.borrow_mut().insert(name, made);
        let mut lingering = self.lingering.borrow_mut();
        lingering.push_back((guide.clone(), layout.clone()));
        if self.keep == Keep::Used && lingering.len() > LINGERING {
            lingering.pop_front();
        }
        Some((guide, layout))
    }
}

impl Guides for GuideStore<'_> {
    fn guide(&self, name: &str) -> Option<Arc<Guide>> {
        Some(self.get(name)?.0)
    }

    fn names(&self) -> Vec<&str> {
        let unsound = self.unsound.borrow();
        self.sources.guides.keys().copied().filter(|name| !unsound.contains(name)).collect()
    }
}

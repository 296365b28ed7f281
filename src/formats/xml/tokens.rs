//! A message of XML to tokens. Names are looked up by namespace, values decoded only where they need it.

use super::text::{self, Pending};
use crate::diagnostics::Code;
use crate::formats::nested::{DEPTH_MAX, Kind, NO_NAME, Name, Names, Text, Tokens};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, PrefixDeclaration, QName, ResolveResult};
use quick_xml::reader::Reader;

/// The namespace of attributes that say how a document is to be validated.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Why a message cannot be read to its end.
#[derive(Debug)]
pub(in crate::formats) struct Broken {
    /// The finding's code.
    pub code: Code,
    /// Where in the text.
    pub at: usize,
    /// The line of the text, from 1.
    pub line: u32,
    /// In words.
    pub text: String,
}

/// Cuts `text` into `tokens` (cleared first). `around` are the start tags of the elements around the message, which may
/// declare namespaces; `line` is the line before the first. What stands before a defect is in `tokens`, with every
/// element closed.
pub(in crate::formats) fn tokenize(
    names: &Names,
    around: &str,
    text: &str,
    line: u32,
    tokens: &mut Tokens,
) -> Option<Broken> {
    tokens.clear();
    let mut cutter = Cutter {
        names,
        text,
        resolver: NamespaceResolver::default(),
        tokens,
        pending: Pending::default(),
        line: line + 1,
        counted: 0,
    };
    let broken = cutter.around(around).and_then(|()| cutter.message()).err();
    let line = cutter.line;
    tokens.close_all(text.len(), line);
    broken
}

struct Cutter<'a> {
    names: &'a Names,
    text: &'a str,
    resolver: NamespaceResolver,
    tokens: &'a mut Tokens,
    pending: Pending,
    /// The line at `counted`.
    line: u32,
    counted: usize,
}

impl<'a> Cutter<'a> {
    fn around(&mut self, tags: &str) -> Result<(), Broken> {
        let mut reader = Reader::from_str(tags);
        reader.config_mut().check_end_names = false;
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    self.resolver.push(&start).map_err(|error| self.broken(0, error.to_string()))?;
                }
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(())
    }

    fn message(&mut self) -> Result<(), Broken> {
        let mut reader = Reader::from_str(self.text);
        loop {
            let from = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let at = (reader.error_position() as usize).min(self.text.len());
                    return Err(self.broken(at, error.to_string()));
                }
            };
            let to = reader.buffer_position() as usize;
            match event {
                Event::Start(start) => self.open(&start, (from, to))?,
                Event::Empty(start) => {
                    self.open(&start, (from, to))?;
                    self.close(to);
                }
                Event::End(_) => self.close(to),
                Event::Text(_) => self.pending.raw(self.text, (from, to), &mut self.tokens.aside),
                Event::CData(data) => {
                    let literal: &str = &data;
                    self.pending.literal(self.text, literal, (from, to), &mut self.tokens.aside);
                }
                Event::GeneralRef(reference) => {
                    let Some(character) = text::reference(&reference) else {
                        let text = format!("nothing declares the entity `&{};`", &*reference);
                        return Err(self.broken(from, text));
                    };
                    self.pending.character(self.text, character, (from, to), &mut self.tokens.aside);
                }
                Event::DocType(_) => {
                    let text = "a document type declaration stands in it".to_string();
                    return Err(self.broken(from, text));
                }
                Event::Eof => return self.end(),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn end(&mut self) -> Result<(), Broken> {
        match self.tokens.depth() {
            0 => Ok(()),
            _ => Err(self.broken(self.text.len(), "it ends before all of its elements do".to_string())),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>, (from, to): (usize, usize)) -> Result<(), Broken> {
        self.flush();
        if self.tokens.depth() >= DEPTH_MAX {
            return Err(Broken { code: Code::X258, ..self.broken(from, DEPTH_MAX.to_string()) });
        }
        self.resolver.push(start).map_err(|error| self.broken(from, error.to_string()))?;
        let line = self.line_at(from);
        let name = self.element(start.name(), from)?;
        let here = Text::Here { start: from as u32 + 1, len: start.name().0.len() as u32 };
        self.tokens.push(Kind::Open, name, (from, to - from), here, line);
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.broken(from, error.to_string()))?;
            self.attribute(attribute.key, &attribute.value)?;
        }
        Ok(())
    }

    fn close(&mut self, at: usize) {
        self.flush();
        let line = self.line_at(at);
        self.tokens.close(at, line);
        self.resolver.pop();
    }

    /// Ends the text at hand.
    fn flush(&mut self) {
        if let Some((value, (from, to))) = self.pending.take(self.text, &mut self.tokens.aside) {
            let line = self.line_at(from);
            self.tokens.push(Kind::Text, NO_NAME, (from, to - from), value, line);
        }
    }

    fn element(&self, name: QName<'_>, at: usize) -> Result<Name, Broken> {
        let (resolved, local) = self.resolver.resolve_element(name);
        Ok(match self.namespace(&resolved, at)? {
            Some(namespace) => self.names.element(namespace, local.as_ref()),
            None => NO_NAME,
        })
    }

    fn attribute(&mut self, key: QName<'_>, raw: &str) -> Result<(), Broken> {
        if key.as_namespace_binding().is_some_and(|binding| {
            matches!(binding, PrefixDeclaration::Default | PrefixDeclaration::Named(_))
        }) {
            return Ok(());
        }
        let at = self.offset(key.0);
        let (resolved, local) = self.resolver.resolve_attribute(key);
        let is_of_schema = matches!(&resolved, ResolveResult::Bound(namespace) if namespace.0 == INSTANCE);
        let name = match self.namespace(&resolved, at)? {
            Some(namespace) => self.names.attribute(namespace, local.as_ref()),
            None => NO_NAME,
        };
        if name == NO_NAME && (is_of_schema || key.0.starts_with("xml:")) {
            return Ok(());
        }
        let start = self.offset(raw);
        let value = text::attribute(raw, start, &mut self.tokens.aside)
            .map_err(|entity| self.broken(at, format!("nothing declares the entity `&{entity};`")))?;
        let line = self.line_at(at);
        // From its name to behind its value.
        self.tokens.push(Kind::Attribute, name, (at, start + raw.len() - at), value, line);
        Ok(())
    }

    /// The number of a namespace; `None` if the guide does not know it.
    fn namespace(&self, resolved: &ResolveResult<'_>, at: usize) -> Result<Option<usize>, Broken> {
        match resolved {
            ResolveResult::Unbound => Ok(Some(0)),
            ResolveResult::Bound(namespace) => Ok(self.names.namespace(namespace.0)),
            ResolveResult::Unknown(prefix) => {
                Err(self.broken(at, format!("no namespace is declared for the prefix `{prefix}`")))
            }
        }
    }

    /// Where a part of the text starts in it.
    fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize).min(self.text.len())
    }

    fn line_at(&mut self, at: usize) -> u32 {
        if at > self.counted {
            let passed = &self.text.as_bytes()[self.counted..at.min(self.text.len())];
            self.line += memchr::memchr_iter(b'\n', passed).count() as u32;
            self.counted = at;
        }
        self.line
    }

    fn broken(&self, at: usize, text: String) -> Broken {
        let known = ["ill-formed document: ", "syntax error: "];
        let text =
            known.iter().find_map(|start| text.strip_prefix(start)).map_or(text.clone(), str::to_string);
        let passed = &self.text.as_bytes()[self.counted.min(at)..at.min(self.text.len())];
        let line = self.line + memchr::memchr_iter(b'\n', passed).count() as u32;
        Broken { code: Code::X250, at, line, text }
    }
}

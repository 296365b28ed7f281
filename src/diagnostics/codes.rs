//! The only place a code exists, with the files beside it. A code that was ever released is never used for anything else.
//!
//! First letter: `L` the text of a mapping file, `G` guides and shapes, `M` maps, `F` flows, partners and gateway
//! settings, `X` a message against its guide, `A` what partners say about what we sent, `B` a document against its map, `I` intake, envelope and duplicates,
//! `T` transports, `S` the ledger and the machine. `E` is left to map authors.

use super::Severity;

/// A stable code such as `M101`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub &'static str);

impl Code {
    /// The code as shown.
    pub fn text(self) -> &'static str {
        self.0
    }

    /// Its entry.
    pub fn info(self) -> &'static CodeInfo {
        find(self.0).expect("every Code constant has an entry: a test says so")
    }
}

/// The words of a code. Templates name arguments of the finding in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// Its usual severity.
    pub severity: Severity,
    /// What is wrong, lower case, no full stop; a template.
    pub title: &'static str,
    /// One action that helps; a template.
    pub help: &'static str,
    /// Why this happens, for `explain`.
    pub cause: &'static str,
    /// An example, for `explain`.
    pub example: &'static str,
}

/// The entry of a code given as text, in any case of its letter.
pub fn find(text: &str) -> Option<&'static CodeInfo> {
    all().find(|info| info.code.0.eq_ignore_ascii_case(text))
}

/// Every code, in the order of the files.
pub fn all() -> impl Iterator<Item = &'static CodeInfo> {
    let parts = [
        text::CODES,
        imports::CODES,
        CODES,
        replies::CODES,
        documents::CODES,
        fitting::CODES,
        elements::CODES,
        envelopes::CODES,
        transports::CODES,
    ];
    parts.into_iter().flatten()
}

macro_rules! codes {
    ($($name:ident $severity:ident $title:literal help $help:literal cause $cause:literal example $example:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code(stringify!($name));)*
        }
        /// The codes of this file, in its order.
        pub(super) const CODES: &[CodeInfo] = &[$(CodeInfo {
            code: Code(stringify!($name)), severity: Severity::$severity,
            title: $title, help: $help, cause: $cause, example: $example,
        }),*];
    };
}

mod documents;
mod elements;
mod envelopes;
mod fitting;
mod imports;
mod replies;
mod text;
mod transports;

codes! {
    // ------------------------------------------------------------------ G: guides and shapes
    G001 Error "no type is called `{name}`"
        help "use text, int, decimal, date, time, datetime, instant, bool or code, or a type of the standard (AN ID N0 N2 R DT TM)"
        cause "A column, element or field has a type the language does not know."
        example "order_no required txt 22";
    G002 Error "the mask `{mask}` names no part of a date or time"
        help "use yyyy, yy, c, MM, dd, DDD, HH, mm, ss and the characters between them"
        cause "Masks are case sensitive: MM is the month, mm the minute."
        example "ship_date date \"DD.YY\"";
    G003 Error "no {what} is called `{name}`"
        help "add its file to the mappings folder, or correct the name"
        cause "A document names another one that is not in the mappings folder."
        example "guide acme/x12-940 extends x12/004010/904";
    G004 Error "`{name}` extends itself, or has more than four layers"
        help "base, house, client and site are the layers; take one out"
        cause "Layers go from the standard to the site, each over the one before."
        example "guide a extends b; guide b extends a";
    G005 Error "the guide `{name}` does not say its format"
        help "write a `syntax` line, or `extends` a guide that has one"
        cause "A guide needs `syntax x12 …`, `syntax csv …` or a base."
        example "guide acme/orders … end guide";
    G006 Error "`{tag}` is not in the dictionary of this guide"
        help "add a `segment` or `element` block to the dictionary, or correct the tag"
        cause "Structures name segments that a dictionary declares."
        example "structure\n  W5 required";
    G007 Error "`unit` or `header` names the column `{name}`, which is not declared"
        help "declare it under `columns`, or correct the name"
        cause "The columns that hold a unit together are columns of the file."
        example "unit group by order_nr";
    G008 Error "the base guide allows {limit} at `{place}`; an overlay only narrows"
        help "write `widen … \"reason\"` if the partner's document really says so"
        cause "An overlay that allows more than its base would let data through that the base's maps do not expect."
        example "N1 max 20 over a base with max 10";
    G009 Error "`{name}` is not in guide `{guide}` here"
        help "see what the guide has at this place"
        cause "The path names a segment, element or column that the guide does not have there."
        example "W05.09 only X";
    G010 Error "`{name}` has no key to select by"
        help "declare one in the guide: `{name} key .01`"
        cause "A selector such as [ST] compares the key element, and the guide names none."
        example "LX[1].01";

    G011 Error "`{name}` is declared twice"
        help "rename one of the two, or remove it"
        cause "Documents of one kind have names of their own across all files."
        example "record party … in two files";

    G012 Error "`{place}` is no date or time, so it has no mask"
        help "take `mask` out, or correct the path"
        cause "Masks say how dates and times are written."
        example "widen N9.02 mask \"yyyy-MM-dd\" \"why\"";
    G013 Error "`{place}` is no text, so it cannot be made a number"
        help "take `number` out, or correct the path"
        cause "`number` says that only numbers stand in what the base has as text. Dates, codes and whole segments stay what they are."
        example "QTY.C186 number instead of QTY.C186.6060 number";
    G027 Error "`{tag}` is no loop at the top of this guide that may come again, so it has no levels"
        help "name the loop that carries the levels, such as HL"
        cause "`hierarchy` puts the occurrences of one loop inside each other."
        example "hierarchy BSN id .01 parent .02 level .03 levels S > O";
    G028 Error "the {what} `{name}` stands inside itself"
        help "take the inner one out, or declare another {what} for it"
        cause "What is made of records or composites has an end; one that holds itself would have none. Records are at most 16 inside each other."
        example "record party … agent party … end record";
    G026 Error "`hierarchy {tag}` needs `{what}` with an element of the segment"
        help "write `{what} .01` with the right position"
        cause "Levels are told apart by elements of their own segment: its number, the number of the one around it, its level."
        example "hierarchy HL id .01 level .03 levels S > O";
    G020 Error "`{field}` stands at column {found} by the widths before it, and `at {expected}` is written: {what}"
        help "correct a width before it, or declare the columns between as `filler N`"
        cause "Columns are counted from the widths of the fields before. `at` repeats what the partner's document says, so that a wrong width is noticed."
        example "qty 9 decimal(9,2) implied at 41 after 39 columns";
    G021 Error "the fields of `{record}` take {found} columns, and a record has {expected}"
        help "correct a width, or the length after `record` in the `syntax` line"
        cause "A record cannot be longer than the records of its file."
        example "syntax fixed record 80 with fields of 82 columns";
    G022 Error "nothing tells `{record}` from `{other}`"
        help "give each a field with `const`, or bound the first with `max`"
        cause "Records are known by their constant fields, then by their order. Two neighbours without either look the same."
        example "two records without const, the first with max 999";
    G023 Error "`{field}`: {what}"
        help "correct the line"
        cause "The attributes of a field do not fit its type, its width or each other."
        example "qty 5 decimal(11,3) packed";
    G024 Error "no record at the top of this guide is called `{name}`"
        help "name a record that stands in no other"
        cause "A unit begins with a record, and holds the records declared inside it."
        example "unit record HDR where the record is called H";
    G025 Error "no namespace is declared for the prefix `{prefix}`"
        help "add a line `namespace {prefix} \"…\"` with the namespace the messages use"
        cause "Elements are known by namespace and name; which prefix the sender's files have for the namespace does not matter."
        example "element cbc:ID without a line namespace cbc \"urn:…\"";

    // ------------------------------------------------------------------ M: maps
    M001 Error "there is no `{path}` here"
        help "see what the guide or the canonical document has at this place"
        cause "A path on the right names something that its record does not have."
        example "number = W05.22";
    M002 Error "this may be there more than once, and one value is wanted"
        help "say `max 1` in the guide if it never happens; write `first(…)`, `same(…)` or `#1` to choose"
        cause "Multiplicity is checked before the first message comes: nothing is dropped in silence."
        example "section ship_to from N1[ST] where the guide allows ten";
    M003 Error "there is no `{target}` in {shape}"
        help "see the fields of the document; what one client needs beyond them goes to `ext`"
        cause "The left side names what is built, and the set of fields is closed."
        example "cutsomer_po = W05.03";
    M004 Error "{shape} requires `{target}`, and no line builds it"
        help "add a line `{target} = …`"
        cause "A required field of a canonical document has no owner line."
        example "a map without number = …";
    M005 Error "`{name}` may differ within the group"
        help "write `same(…)` if all rows agree, or `first(…)`"
        cause "In a group only its keys are single."
        example "g.SKU where rows are grouped by Line";
    M006 Error "the condition in brackets did not compile"
        help "see the other findings"
        cause "A selector holds a condition with a mistake in it."
        example "references[tpye = \"x\"]";
    M007 Error "a record stands where a value is wanted, or the other way round"
        help "name a field of the record, or use `section` or `each`"
        cause "Records are built by blocks or copied whole, values by lines."
        example "number = ship_to";
    M008 Error "this is {found}, and {expected} is wanted"
        help "convert it with a function"
        cause "Values have kinds, and they are checked before the first message comes."
        example "sum(lines.sku)";
    M009 Error "no parameter is called `${name}`"
        help "declare it in the map: `param {name} = …`, or in the partner file"
        cause "Parameters come from the map, the partner file and the flow."
        example "$default_sit";
    M010 Error "{left} cannot be compared with {right}"
        help "write text in quotes and numbers without, or convert with `text(…)` or `number(…)`"
        cause "Comparing text with a number is nearly always a slip."
        example ".03 = 92";
    M011 Error "the table `{table}` has {expected} key columns, {found} are given"
        help "give one value for each key column"
        cause "A table with several keys is asked with all of them."
        example "(a, b) via table uom";
    M012 Error "`{name}` takes {expected}"
        help "give it these arguments"
        cause "The number of arguments does not fit."
        example "upper()";
    M013 Error "no function is called `{name}`"
        help "see `crossdock functions`"
        cause "The list of functions is closed; a new need is a new function."
        example "uper(N4.03)";
    M014 Error "this line needs its own result"
        help "break the circle"
        cause "Lines are facts and are evaluated by dependency; a circle has no order."
        example "a = this.b and b = this.a";
    M015 Error "`{target}` is built twice"
        help "keep one of the lines"
        cause "Every target has exactly one owner line."
        example "two lines number = …";
    M016 Error "`{target}` is in the base already"
        help "write `set` to change it"
        cause "`add` is for what the base does not have."
        example "add number = W05.02";
    M017 Error "`{what} {target}` hits nothing"
        help "correct the path, or write `add`"
        cause "A change of a layer names a line of its base by its target; one that hits nothing would be lost in silence."
        example "set lines.skoo = …";
    M018 Warn "`{name}` has version {version} now"
        help "compare the two, then change the pin"
        cause "`extends` pins a version, so that a change of the base is looked at before it is used."
        example "extends house/940-order@7";
    M019 Warn "nobody reads the parameter `${name}`"
        help "remove it"
        cause "A parameter without reader is a slip or a leftover."
        example "param zone = …";
    M020 Error "the table `{table}` has no column `{column}`"
        help "correct the name, or add the column"
        cause "Tables are CSV files with a header row."
        example "via table uom.rec21";
    M021 Error "the table `{table}` has the key `{key}` twice"
        help "keep one of the rows"
        cause "A key has one row."
        example "EA,EA twice";
    M022 Error "the table `{table}` cannot be reversed: several keys have `{value}`"
        help "mark one of the rows in a column `preferred`"
        cause "On the way back one result must lead to one key."
        example "PL,PF and PF,PF";
    M023 Error "the map has no `{what}` line"
        help "add `from guide …` and `to canonical …`, or the other way round"
        cause "A map reads a guide into a canonical document, or writes one."
        example "map x … end map";
    M024 Error "`{field}` is no key of {document}"
        help "use a field that the shape declares as `key`"
        cause "Earlier documents are found by their key fields."
        example "earlier outbound_order as o where customer_po = …";
    M025 Error "`set`, `add`, `remove`, `replace` and `in` are for maps with a base"
        help "write `extends …` in the first line, or plain lines"
        cause "Only a layer changes lines."
        example "map x … set number = …";
    M026 Error "no free pair is left for `{target}`"
        help "the segment has fewer pairs than lines"
        cause "Each qualified pair takes one of the positions the guide declares."
        example "four id lines in a segment with three pairs";
    M027 Error "this line is not for both directions: {why}"
        help "write it with `=`, and a line for the other direction where that is built"
        cause "`<->` reads and writes by one line. That works for paths with one code, constants, and tables in which every result has one code."
        example "name <-> join(.01, .02, \" \")";
    M028 Error "`{what} {target}` hits several lines"
        help "write `in` around it for the block that is meant, or give the blocks labels with `as` and name one"
        cause "A change of a layer is of one line of its base. Lists built by several blocks, and branches of a `when`, have several lines for a target."
        example "set lines.qty = … where `qty` stands in both branches of a `when`";
    M033 Error "`each document` cannot stand here: {why}"
        help "write it once, at the top of a map that reads a guide, from records of the message"
        cause "`each document` says which documents a message becomes; nothing else makes several of one."
        example "each document from LX.W01 group by N9[WH].02 inside a section";
    M035 Error "`{target}` is built after this line reads it"
        help "read what `{target}` is made from, or move the line to a place of the target that is built later"
        cause "The values of a record are built first, then its blocks in the order of the target, then values that add blocks up. What is built later is not there yet."
        example "the lines of an order read out.total_qty, which is the sum of the lines";
    M036 Error "a row of the table `{table}` has {found} cells, and its header has {expected}"
        help "write one cell for each column, and a text with a comma in it in double quotes"
        cause "With a cell too few or too many, all cells behind it stand in the wrong column. Only a mark in the last column, `preferred`, may be left out."
        example "EA,each,piece under the header code,unit";
    M037 Error "`{value}` in the table `{table}` is what a spreadsheet shows of a long number"
        help "write the digits out, and have the spreadsheet take the column as text before it opens the file"
        cause "A spreadsheet takes a code of many digits for a number, rounds it, and saves what it shows."
        example "9.52E+12 where a GTIN stood";
    M038 Warn "`{value}` in the table `{table}` looks like a date that a spreadsheet made of a code"
        help "write the code as the partner sends it, and have the spreadsheet take the column as text before it opens the file"
        cause "A spreadsheet takes codes such as 1-3 or MAR1 for dates, and saves the date."
        example "01-Mar where 1-3 stood";
    M039 Warn "`{value}` in the table `{table}` may have lost zeros in front"
        help "write the code as the partner sends it; if that is without zeros, add a row with them, and both are meant"
        cause "Other keys of the column have zeros in front and are all of one length. A spreadsheet drops such zeros."
        example "42 among 007 and 012";
    M040 Error "the cells of the table `{table}` are parted by {sign}"
        help "save it as CSV with commas"
        cause "Spreadsheets part cells by what the computer's region says."
        example "code;unit";
    M041 Error "the fragment `{name}` uses itself"
        help "take the line out, or move what both need to a fragment of its own"
        cause "The lines of a fragment stand where it is used; one that uses itself, or another that uses it, would never end."
        example "use x12_party(here) inside fragment x12_party";
    M047 Warn "what is added for `{target}` reads what the base's block for it reads: both fill it"
        help "write `replace` in the place of `add`, and it takes the place of the base's block; if each shall read its own, name the qualifiers: `from NTE[GFT]`, `from NTE[not GFT]`"
        cause "Several blocks may build one list, so `add` is no mistake. Two that read the same segments put each of them there twice."
        example "add each notes from NTE group by .01 over a base with each notes from NTE";
    M050 Error "`{text}` is no {what}"
        help "correct it"
        cause "Patterns, forms of dates and times, zones and sets of characters that a map writes out are looked at before the first message comes."
        example "date(.02, \"YYYYMMDD\"), where a year is yyyy";

    // ------------------------------------------------------------------ F: flows, partners and settings
    F001 Hold "{text}"
        help "add a `when` for it to the flow, then retry the message"
        cause "No `when` of the flow holds for this document."
        example "a warehouse nobody routes";
    F002 Error "the file is not TOML: {text}"
        help "correct it at the place shown"
        cause "Partner files and gateway.toml are TOML."
        example "a missing quote";
    F003 Error "`{name}` is missing in {what}"
        help "add it"
        cause "A setting that has no default is not there."
        example "a partner file without client";
    F004 Error "`{value}` is not {expected}"
        help "correct it"
        cause "A setting has a value it cannot have."
        example "settle = \"soon\"";
    F005 Error "`{name}` is no setting of {what}"
        help "remove it, or correct the name"
        cause "Unknown settings are refused: a slip would otherwise be a silent default."
        example "setle = \"2s\"";
    F006 Error "`{flow}` names the {what} `{name}`, which is not there"
        help "correct the name, or add it"
        cause "Flows tie maps, guides and endpoints together."
        example "write house/wms-ordr to \"wms-import\"";
    F007 Error "the endpoint `{name}` belongs to other clients"
        help "name the client in its `clients`, or use another endpoint"
        cause "A client's document never leaves by another client's endpoint."
        example "two clients on one folder";
    F008 Error "a file of the guide `{guide}` holds one message, and `{map}` writes several into one"
        help "write `per message`, or give the guide an element around its messages: `element Orders/Order`"
        cause "An XML document has one outermost element. Where that is the message itself there is no room for a second."
        example "write house/wms-order-xml to \"wms\" per source";
    F009 Error "`{first}` and `{second}` are two answers to one question"
        help "keep one of them"
        cause "A `write` says once what stands together in a file: one message, all of one source, or all that comes within a time."
        example "write house/wms-order to \"wms\" per source collected every 15m";
    F010 Error "`{what}` does not say how long to wait"
        help "add a time: `every 15m`"
        cause "A document that waits for others must not wait for ever. `max` alone would make the last ones wait until enough others come."
        example "write house/wms-order to \"wms\" collected max 500";
    F011 Error "`{word}` is for documents that wait for others"
        help "write `collected` or `gather` before it, or leave it out"
        cause "What leaves per message or per source waits for nothing, so that neither a time nor a number of documents means anything."
        example "write house/wms-order to \"wms\" per source every 15m";
    F012 Hold "`{field}` is `{first}` in one document and `{other}` in another that is to become one message with it"
        help "say in the flow which counts, `first {field}`, `last {field}` or `sum {field}`, then retry; or discard the message that is wrong, then retry the others"
        cause "Documents that are gathered have one header. What the map reads of it must be the same in all of them, unless the flow says otherwise."
        example "two shipments of one order that left with different carriers";
    F013 Hold "there is no `{field}`, and documents are gathered by it"
        help "have the map that reads the message fill it, then retry"
        cause "Documents without a common value would become one message with documents they have nothing to do with."
        example "gather by order_number, of a shipment without order number";
    F014 Hold "the flow `{flow}` gathers nothing for `{map}` any more"
        help "put the `write` line back, or discard the messages"
        cause "What was gathered is written with the mappings of the retry, and these have no such `write`."
        example "a retry after `gather` was removed from the flow";
    F015 Error "the guide `{guide}` is for every message type of its kind, and `{flow}` needs one"
        help "say which in a guide over it, and use that: `syntax idoc set \"SHPORD\"`"
        cause "What came in finds its flow by its message type, and what leaves says it. A guide that leaves it open does to look into messages only."
        example "read idoc/DELVRY03, which is for SHPORD, SHPCON and DESADV";

    // ------------------------------------------------------------------ X: a message against its guide; I: intake
    X101 Reject "the segment `{tag}` is not in {guide}"
        help "if the partner's document has it, add it to the guide; else the sender leaves it out"
        cause "The guide has no segment with this tag anywhere."
        example "ZZZ*1~ in a 940";
    X102 Reject "the segment `{tag}` cannot stand here"
        help "the sender moves it to where {guide} has it"
        cause "The guide has this segment, but at another place of the message."
        example "W66 after the first LX";
    X103 Reject "the required segment `{tag}` is missing"
        help "if the sender may leave it out, say so in his guide: `widen PATH opt \"why\"`"
        cause "The message ends, or goes on, without a segment that the guide requires."
        example "a 940 without W05";
    X105 Reject "the segment `{tag}` comes more often than {max} times"
        help "if the sender may repeat it, raise `max` in the guide"
        cause "The guide limits how often a segment or loop may come."
        example "two N1*ST in an order";
    X106 Warn "the segment `{tag}` is not used with this partner"
        help "remove it from `not used` in the guide if it means something"
        cause "An overlay says this segment is not used."
        example "N2*X~ where the guide says not used N2";
    X107 Reject "{text}"
        help "the sender corrects the message; if it is as agreed, change the `case` in the guide"
        cause "A `case` of the guide did not hold. The code shown is the guide author's; the 997 says that segments are in error."
        example "case E001 \"an order has lines\": count(LX) > 0";
    X108 Reject "element {element} of `{tag}` names `{value}`, and no `{tag}` before it has that number"
        help "the sender names the number of the `{tag}` that this one belongs to, and puts that one first"
        cause "Each level names the one it belongs to. As that one comes before, none can belong to itself or to what belongs to it."
        example "HL*2*7*O~ without HL*7 before it";
    X109 Reject "`{tag}` has the number `{value}`, as another before it"
        help "the sender gives each `{tag}` of a message a number of its own"
        cause "What names this number could belong to either. It was put into the first."
        example "HL*2*1*O~ and HL*2*1*O~";
    X110 Reject "the level `{value}` of `{tag}` cannot stand {around}; the guide has {levels}"
        help "the sender corrects the level or the number it names; if it is as agreed, change `hierarchy` in the guide"
        cause "The guide says with `hierarchy` which levels there are, from the outermost, and which of them may be skipped."
        example "an item in a shipment, without an order between them";
    X111 Warn "`{value}` in element {element} of `{tag}` is wrong about whether there are levels inside"
        help "the sender writes 1 where other levels name this one, and 0 where none does"
        cause "The levels were read by what they name; this element was only compared."
        example "HL*4*3*I*1~ as the last level";
    X201 Reject "the required element {element} of `{tag}` is missing"
        help "if the sender may leave it out, say so in his guide: `widen PATH opt \"why\"`"
        cause "An element that the guide requires is empty."
        example "W05*N~ without order number";
    X202 Reject "element {element} of `{tag}` is missing, though a related one is there"
        help "the sender fills both elements or none"
        cause "A relation between elements of the segment is broken (X12 notes P, R, C, L)."
        example "N1*ST**92~ without N104";
    X203 Warn "`{tag}` has more elements than {guide} knows"
        help "the sender leaves out the elements at its end, or the guide names them"
        cause "The segment has more elements than the standard gives it."
        example "LX*1*2~";
    X204 Warn "`{value}` is shorter than element {element} of `{tag}` may be"
        help "the sender fills it up, or the guide allows it with `widen … length`"
        cause "The guide gives a shortest length."
        example "G62*1*20261123~";
    X205 Warn "`{value}` is longer than element {element} of `{tag}` may be"
        help "the sender shortens it, or the guide allows it with `widen … length`"
        cause "The guide gives a longest length."
        example "a PO number of 40 characters in W05-03";
    X206 Reject "`{value}` has a character that element {element} of `{tag}` cannot have"
        help "the sender corrects the value"
        cause "Numbers have digits, a sign and a decimal mark; no element has control characters."
        example "W01*4O*CA~";
    X207 Reject "`{value}` is not a code of element {element} of `{tag}`"
        help "if it means something, add it to the guide's codes; else the sender corrects it"
        cause "The guide lists the codes of this element."
        example "W01*12*XX~";
    X208 Reject "`{value}` in element {element} of `{tag}` is not a date"
        help "the sender corrects the date; if another form was agreed, the guide says so with `widen … mask`"
        cause "The value does not fit the mask, or names a day that does not exist."
        example "G62*37*20261340~";
    X209 Reject "`{value}` in element {element} of `{tag}` is not a time"
        help "the sender corrects the time; if another form was agreed, the guide says so with `widen … mask`"
        cause "The value does not fit the mask, or names a time that does not exist."
        example "G62*37*20261123*W*2575~";
    X210 Reject "element {element} of `{tag}` excludes another that is there"
        help "the sender leaves one of the two out"
        cause "A relation between elements of the segment is broken (X12 note E)."
        example "two alternatives filled";
    X211 Reject "the row has {found} columns, the header row has {expected}"
        help "the sender quotes values that hold the delimiter, or fills the missing columns"
        cause "A row of a CSV file has another number of columns than its header row."
        example "an unquoted comma in a name";
    X212 Warn "element {element} of `{tag}` is not used with this partner"
        help "remove it from `not used` in the guide if it means something"
        cause "An overlay says this element is not used."
        example "W05*N*1**7~";
    X213 Reject "the column `{column}` differs within one unit: `{value}` after `{first}`"
        help "the sender repeats the same value on every row of an order"
        cause "The guide says the column is equal on all rows of a unit."
        example "two SCACs in one order";
    X214 Warn "the file has a column `{column}` that {guide} does not know"
        help "add it to the guide, or write `extra columns ignore`"
        cause "Nobody reads this column."
        example "a new column at the end";
    X215 Reject "the file has no column `{column}`, which {guide} requires"
        help "the sender adds the column, or the guide drops `required`"
        cause "The header row lacks a required column."
        example "RefNum renamed to OrderNo";
    X216 Reject "the quote that opens in this row is never closed"
        help "the sender doubles quotes inside quoted values"
        cause "A value begins with a quote and the file ends before it closes."
        example "\"LAMP, SMALL";
    X217 Reject "element {element} of `{tag}` has more components than {guide} knows: `{value}`"
        help "the sender leaves out the components at its end, or marks a separator that belongs to the text with the release character"
        cause "A component separator stands where the standard has no further component. Mostly it belongs to a text and was not released, so what follows has moved."
        example "FTX+AAI+++a:b:c:d:e:f'";
    X218 Reject "element {element} of `{tag}` is repeated more often than {guide} allows: `{value}`"
        help "the sender repeats it less, or the guide allows it"
        cause "A repetition separator stands where the standard has no further repetition."
        example "W05*N*1^2~ with the repetition separator ^";
    X219 Warn "`{value}` in element {element} of `{tag}` has characters that {charset} does not have"
        help "the sender names a level in the interchange header that has them, such as UNOC for western Europe, or writes the text without them"
        cause "The interchange declares a character set that has no such character. What was meant could be read all the same."
        example "UNB+UNOA:3… and a name in small letters";
    X220 Reject "the record has {found} columns, and `{tag}` has {expected}"
        help "the sender fills records up; where blanks at the end may be missing, write `trim read` in the guide's `syntax` line"
        cause "A record is shorter than its guide says. Fields it has no columns for were not read."
        example "a record of 118 characters where 120 are agreed";
    X221 Reject "the record has {found} columns, and `{tag}` has {expected}: data stands behind its end"
        help "if all fields moved, the sender has another layout: correct the widths in the guide"
        cause "A record is longer than its guide says, and not by blanks."
        example "a record of 122 characters where 120 are agreed";
    X222 Reject "no record of {guide} starts like `{value}`"
        help "if the partner's document has it, add it to the guide; else the sender leaves it out"
        cause "The constant fields of no record stand where they should."
        example "X0001 in a file of H, D and T";
    X223 Reject "the record `{tag}` cannot stand here"
        help "the sender moves it to where {guide} has it"
        cause "The guide has this record, but at another place of the unit."
        example "a detail before the first header";
    X224 Reject "the required record `{tag}` is missing"
        help "if the sender may leave it out, say so in his guide: `widen {path} opt \"why\"`"
        cause "The unit ends, or goes on, without a record that the guide requires."
        example "an order without details";
    X225 Reject "the record `{tag}` comes more often than {max} times"
        help "if the sender may repeat it, raise `max` in the guide"
        cause "The guide limits how often a record may come."
        example "two ship-to records in an order";
    X226 Reject "the packed decimal {value} in element {element} of `{tag}` has a half byte that cannot stand there"
        help "ask the sender whether the file was converted on the way: packed numbers survive binary transfer only"
        cause "Packed numbers hold a digit in each half byte and the sign in the last: C, F, A, E or D, B. Bytes are shown in hexadecimal digits."
        example "404040 where 00120C should stand";
    X227 Reject "`{value}` in element {element} of `{tag}` is no number: {expected}"
        help "the sender corrects the value; if all values look like this, correct the field's line in the guide"
        cause "The guide says how the number looks: its digits, point and sign."
        example "0000120? where the sign is punched over the last digit";
    X228 Reject "`{value}` stands in element {element} of `{tag}`, and it is always `{expected}`"
        help "ask the sender whether his layout changed; if so, change the guide"
        cause "The guide says this field is constant."
        example "layout version 02 where the guide was written for 01";
    X229 Reject "`{value}` does not fit element {element} of `{tag}`: {expected}"
        help "shorten or round it in the map, or widen the field if the receiver can"
        cause "A value is wider than its columns, negative without a place for the sign, or has more digits behind the point."
        example "a quantity of 100000 in a field of five digits";
    X230 Reject "`{value}` in element {element} of `{tag}` has bytes that are no characters of {expected}"
        help "ask the sender for the charset of the file, and write it in the guide's `syntax` line"
        cause "The file is in another charset than the guide, or the interchange header, says."
        example "a file in CP1252 read as UTF-8";
    X231 Reject "element {element} of `{tag}` holds {value}, and {expected} is right"
        help "the sender corrects it; a record may have been lost on the way"
        cause "The guide computes this field from others: a count, a sum, or a value that is repeated."
        example "a trailer that counts four details after three";
    X232 Warn "columns {columns} of `{tag}` hold `{value}`, and {guide} has nothing there"
        help "declare a field for it, or `filler` if it means nothing"
        cause "Nobody reads these columns. The first record of the unit that has something there is shown."
        example "a new field at the end of the record";
    X233 Reject "nobody can tell how long the record is that starts with `{value}`"
        help "if the partner's document has it, add it to the guide; or write the length of all records in the `syntax` line"
        cause "Records without line ends are as long as their kind, and this kind is not in the guide. What follows cannot be read."
        example "a record X in a file of H, D and T without line ends";
    X234 Reject "`{value}` in element {element} of `{tag}` is not in the charset {expected}"
        help "replace it in the map, or agree on another charset with the receiver"
        cause "The receiver's charset has no such character. It was not replaced in silence."
        example "an arrow in a name for a file in CP1252";
    X235 Reject "behind the unit `{found}` stands something else than {expected}"
        help "ask the sender for the file again, or add the record to the guide"
        cause "Records without line ends cannot be found behind one that nobody knows, so the unit before it may lack some."
        example "bytes lost in a transfer";
    X236 Warn "the text is written in UTF-8, the interchange header says {charset}"
        help "the sender declares UNOW or UNOY, or writes what he declares; until then a guide can agree to it: `syntax edifact charset unow`"
        cause "Bytes that are no ASCII make sense as UTF-8 from end to end, which by chance they never do. They were read as UTF-8."
        example "UNB+UNOC:3… in front of a file in UTF-8";
    X237 Warn "the form of the date in `{tag}` is `{value}`, which {guide} cannot read"
        help "the sender uses one of the forms the guide knows, or the form is added to `masks` in the dictionary"
        cause "A code says how a date or time is written, and the dictionary has no mask for this one: a week or a period, say. Maps see no date."
        example "DTM+2:202648:616'";
    X240 Warn "the segment `{tag}` is not in {guide}: nothing in it is read"
        help "if it means something, declare it in the client's guide as a record in the record it belongs to; if not, write `extra segments ignore`"
        cause "An IDoc has a segment that its guide does not have: one of the customer's own, or one of the standard that nobody needed so far. The other segments are read."
        example "Z1ORDERADD in an ORDERS05 whose guide has no such record";
    X241 Reject "the IDoc has no control record {expected}"
        help "the sender writes it first in each IDOC"
        cause "The control record says what an IDoc is, and who sends it to whom. In flat files an IDoc begins with it; in XML it may be missing."
        example "<IDOC BEGIN=\"1\"><E1EDK01 SEGMENT=\"1\">";
    X302 Reject "the message `{found}` has no trailer"
        help "the sender ends each message; nothing of it was used"
        cause "A message begins or the group ends before the trailer of the one before."
        example "ST without SE";
    X303 Reject "the trailer's control number is `{found}`, the header's is `{expected}`"
        help "the sender makes header and trailer agree"
        cause "ST02 and SE02 are the same number, and so are the references of UNH and UNT."
        example "ST*940*0001~ … SE*9*0002~";
    X304 Reject "the trailer counts {found} segments, there are {expected}"
        help "the sender counts header and trailer too; a segment may have been lost on the way"
        cause "The trailer counts the segments from the message's header to itself: SE01 from ST to SE, UNT from UNH to UNT."
        example "SE*9*0001~ after ten segments";
    X305 Reject "the message is longer than {expected} bytes"
        help "raise `limits.message_bytes`, or cut the message into units in the guide"
        cause "A message is held in memory as a whole and has a bound."
        example "a snapshot of a million lines in one message";
    X306 Reject "the control number `{found}` comes twice in this group"
        help "the sender numbers the messages of a group"
        cause "Each message of a group has a number of its own."
        example "two ST*940*0001";
    X307 Reject "no guide here is for message type `{found}` from this partner"
        help "write a flow that reads it, or tell the partner it is not wanted"
        cause "No flow of this partner reads a guide for the message's type."
        example "an 850 from a partner who sends 940s";
    X308 Reject "no flow of `{client}` takes {found} at `{endpoint}`, {way}; {guide}"
        help "write a flow that reads it and name it under `[[receive]]` in the client's partner file, then `crossdock retry ID`; or tell the client that it is not wanted"
        cause "The client is known, and nothing here is for messages of this type from him. The message is `UNROUTED`, and the acknowledgement refuses it: nobody agreed on it."
        example "an 850 from a client who sends 940s";
    X401 Reject "the group trailer's control number is `{found}`, the header's is `{expected}`"
        help "the sender makes the group's header and trailer agree"
        cause "GS06 and GE02 are the same number, and so are the references of UNG and UNE."
        example "GS…*123*… GE*1*124~";
    X402 Reject "the group trailer counts {found} messages, there are {expected}"
        help "the sender corrects the count; a message may have been lost on the way"
        cause "The group's trailer (GE01, UNE) counts its messages."
        example "GE*2*123~ after one message";
    X403 Reject "the group `{found}` has no trailer"
        help "the sender ends each group"
        cause "A group begins or the interchange ends before the trailer of the group, GE or UNE."
        example "GS without GE";
    I101 Hold "the interchange `{found}` has no end: the file stops in {expected}"
        help "wait for the rest, or ask the sender to send the file again"
        cause "A file that stops before the interchange's trailer, IEA or UNZ, was cut off on the way, or is still being written."
        example "an upload that broke off";
    I102 Reject "the interchange trailer's control number is `{found}`, the header's is `{expected}`"
        help "the sender makes header and trailer agree"
        cause "ISA13 and IEA02 are the same number, and so are the references of UNB and UNZ."
        example "IEA*1*000000124~";
    I103 Reject "the interchange trailer counts {found} groups or messages, there are {expected}"
        help "the sender corrects the count; a part of the file may have been lost on the way"
        cause "IEA01 counts the groups; UNZ counts the groups, or the messages where there are no groups."
        example "IEA*2*000000123~ after one group";
    I104 Reject "the interchange header is not built as it must be: {found}"
        help "the sender corrects it: every element of ISA has its fixed width, 106 characters in all; UNB has its elements and components"
        cause "Delimiters, sender and number are read from the header, so nothing else can be read without it."
        example "ISA with a 14-character receiver id";
    I110 Reject "the interchange has no UNA, and its delimiters are not the usual ones: `{found}` instead of `{expected}`"
        help "the sender puts `UNA{found}` in front of UNB, or uses the usual delimiters"
        cause "Without UNA the delimiters are `+`, `:`, `'` and the release character `?`."
        example "UNB*UNOA>3*… without UNA";
    I105 Hold "bytes that belong to no message: `{found}`"
        help "remove them, or ask the sender what they are"
        cause "Between and after interchanges only line ends may stand."
        example "a mail footer after IEA";
    I106 Hold "the file is of no kind that is expected here; it starts with `{found}`"
        help "if it is wanted, write a guide and a flow for it and name the flow under `[[receive]]` in the partner file, then retry the file; else ask the sender"
        cause "No format recognises the start of the file, and no flow of this endpoint reads a guide for files without a mark of their own."
        example "a PDF in the order folder";
    I107 Reject "the interchange is marked `{found}`, agreed with this partner is `{expected}`"
        help "if test and production go the same way now, change `usage` in the partner file, then have it sent again"
        cause "Test messages must never become orders, and orders must not be lost among tests: the mark in the header must be the one agreed."
        example "ISA15 is T, and partner.toml says usage = \"P\"";
    I120 Reject "the end of the file says `{found}`, and the file has `{expected}`"
        help "the sender corrects it; a record may have been lost on the way"
        cause "Records behind the last unit count or add up what is in the file."
        example "a trailer that counts 500 orders after 499";

    I131 Warn "the {document} {number} came before, in message {message}, and says the same"
        help "nothing needs to be done: it was processed once; if it is wanted a second time, `crossdock retry ID --repeat`"
        cause "A document is recognised by its number and what it says, whatever file it comes in. The partner file says what is done with repeats (`[duplicates.documents]`)."
        example "a file of orders that was dropped into the folder a second time";
    I132 Hold "the {document} {number} came before, in message {message}, and says the same; the partner file has a person decide"
        help "discard it, or have it processed a second time with `crossdock retry ID --repeat`"
        cause "`[duplicates.documents]` says `same = \"hold\"` for documents of this kind."
        example "the same invoice in two files";
    I133 Hold "the {document} {number} came before, in message {message}, and said something else: {text}"
        help "ask the sender which one counts; if this one takes the place of the other, undo the other and have this one processed with `crossdock retry ID --repeat`; else discard it"
        cause "Two documents have one number, and neither says that it is a change. Processing both would double the order, and choosing would be guessing."
        example "order SO1 over 10 pieces, and an hour later order SO1 over 12";
    I134 Warn "the same bytes came before, in file {file}"
        help "look at what became of its documents: those that came before were set aside, others were processed again"
        cause "A file without a control number is recognised by its bytes. `same_bytes = \"duplicate\"` under `[duplicates]` has all of it set aside."
        example "stock.csv of yesterday once more";
    I135 Info "the control number is {number}, and {count} before it did not come: from {first} on"
        help "ask the sender whether he sent them; they may still come, or went to another gateway"
        cause "Senders count their interchanges, each one more than the one before."
        example "interchange 135 after 131";
    I136 Info "the control number {number} came after {last}"
        help "nothing, if the sender works on several files at once; else ask him whether something was sent again under a new number"
        cause "Senders count their interchanges. This one was late, or his numbers went back."
        example "interchange 133 after 135";
    I137 Hold "nobody here knows the sender `{sender}`, who sent {found} to `{receiver}`; {guide}"
        help "if it is wanted, write his ids into a partner file under `[envelope]`, then `crossdock retry ID`; else nothing needs to be done"
        cause "No client whose files come to this endpoint has the sender's id, with this qualifier, in his partner file. The message is `UNROUTED`: nothing of it was read and nobody was answered."
        example "ISA05 to ISA06 of a new client, or 12 in front of a telephone number where ZZ was agreed";
    I138 Hold "`{sender}` is known, but not as one who sends to `{receiver}`: {found} came; {guide}"
        help "if the id is ours, write it into the client's partner file under `[[envelope.x12.also_ours]]`, then `crossdock retry ID`; else tell the sender"
        cause "The sender's id is in a partner file, with another id of ours than the one in the envelope. The message may be for somebody else. It is `UNROUTED`: nothing of it was read and nobody was answered."
        example "ISA08 with the id of another warehouse";
    I139 Hold "{found} came without a sender, and `{endpoint}` is not one client's alone"
        help "give each client an endpoint of his own, then `crossdock retry ID`"
        cause "A file without an envelope belongs to the client whose endpoint it comes to. Several clients, or none, receive at this one, so nobody can tell whose it is. It is `UNROUTED`."
        example "stock.csv in a folder that two clients share";
    I147 Info "{found} is tolerated until {expected}, {count} in this message: {text}"
        help "ask the sender when he corrects it, before the day is over"
        cause "`[[waive]]` of the partner file tolerates a known fault of this client. It is found as ever, but nothing is refused or held for it, and the acknowledgement says that the message was accepted."
        example "[[waive]] code = \"X207\", at = \"W66.01\", until = \"2027-03-31\"";
    I148 Warn "{found} was tolerated until {expected}, and is found again, {count} in this message: {text}"
        help "ask the sender to correct it, or agree on another day and change `until` in the partner file"
        cause "The day of a `[[waive]]` of the partner file is over: the fault has its usual effect again."
        example "[[waive]] code = \"X207\", until = \"2026-09-30\", and a message of October";
}

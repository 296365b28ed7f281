//! `L042` and up: texts of publishers that guides are made of.

use super::{Code, CodeInfo, Severity};

codes! {
    L042 Error "`{found}` cannot stand here: {expected} is expected"
        help "have the description written anew, and give it as it is"
        cause "A description of an IDoc type is made of blocks, each between BEGIN_X and END_X, and this line belongs to none that is open. No guide is made of it."
        example "BEGIN_SEGMENT E2EDK03 before END_SEGMENT";
    L043 Error "`{name}` lacks {what}"
        help "have the description written anew, and give it as it is"
        cause "A guide cannot be made without it."
        example "a segment without SEGMENTTYPE";
    L044 Error "a number is expected behind {word}, and `{found}` is there"
        help "have the description written anew, and give it as it is"
        cause "Widths, columns and repetitions are written in digits."
        example "LENGTH 00O010";
    L045 Error "`{field}` begins in column {found}, and by the fields before it in {expected}"
        help "have the description written anew; if a field was left out by hand, put it back"
        cause "The fields of a segment stand one behind the other. With one left out or of a wrong width, all behind it would be read from wrong columns."
        example "CHARACTER_FIRST 000070 behind CHARACTER_LAST 000066";
    L046 Error "`{found}` does not stand there in the control record EDI_DC40"
        help "have WE60 write the description for record types of version 3"
        cause "Older systems describe older records (EDI_DC), whose fields stand in other columns. Those are not read."
        example "a description with the record types of version 2";
    L047 Error "the text ends before `{expected}`"
        help "give the whole file"
        cause "The description was cut off, perhaps when it was copied from a screen."
        example "a text that ends inside a segment";
    L048 Warn "`{found}` says nothing here and was left out: {expected} is expected"
        help "look whether it is misspelt; if it is a word of a newer release, look whether the guide lacks something"
        cause "A line of a description begins with a word that is not known where it stands."
        example "QUALIFED for QUALIFIED";
    L049 Error "this row of {table} has {found} cells, and {expected} are needed"
        help "its columns are: {columns}"
        cause "Each table has its columns in a fixed order, with commas between them and text in double quotes."
        example "\"N1\",\"01\",\"98\" in SEGDETL";
    L050 Error "`{found}` is no {expected}"
        help "correct the cell, or give the table as it was delivered"
        cause "The column takes nothing else. No guide is made of the tables before it is right."
        example "a maximum of `ten`";
    L051 Error "`{name}` is used here and nowhere described"
        help "give {table} as well, or add its rows"
        cause "A guide says of each segment which elements it has, and of each element its type and lengths. No guide is made of a set that has something nobody describes."
        example "N1 in a set, and no row of SEGDETL that begins with N1";
    L052 Error "the loop level {found} cannot follow {expected}"
        help "correct the level, or put back the segment that begins the loop around"
        cause "A loop begins with its first segment, which is one level deeper than what is around it."
        example "a segment on level 2 behind one on level 0";
}

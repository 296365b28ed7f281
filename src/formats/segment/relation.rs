//! Relations between the elements of a segment.

use crate::diagnostics::Code;
use crate::guide::{Relation, RelationKind};

/// A relation over the positions of a segment as bits, position 1 in the lowest.
#[derive(Debug, Clone)]
pub struct RelationCheck {
    kind: RelationKind,
    first: u64,
    all: u64,
}

/// All relations between the elements of a segment.
#[derive(Debug, Clone)]
pub struct Relations {
    checks: Vec<RelationCheck>,
    /// A bit for each set of the first eight elements: whether it breaks none.
    sound: [u64; 4],
}

impl Default for Relations {
    fn default() -> Self {
        Relations::of(&[])
    }
}

impl Relations {
    /// The checks of `relations`.
    pub fn of(relations: &[Relation]) -> Relations {
        if relations.is_empty() {
            return Relations { checks: Vec::new(), sound: [u64::MAX; 4] };
        }
        let mut all = Relations { checks: relations.iter().map(RelationCheck::of).collect(), sound: [0; 4] };
        for present in 0..256u64 {
            let is_sound = all.checks.iter().all(|check| !check.is_broken(present));
            all.sound[present as usize / 64] |= u64::from(is_sound) << (present % 64);
        }
        all
    }

    /// The first that is broken. `present` has a bit for each element that is there.
    #[inline]
    pub fn broken(&self, present: u64) -> Option<&RelationCheck> {
        match self.sound.get((present / 64) as usize) {
            Some(sound) if sound >> (present % 64) & 1 == 1 => None,
            _ => self.first_broken(present),
        }
    }

    #[inline(never)]
    fn first_broken(&self, present: u64) -> Option<&RelationCheck> {
        self.checks.iter().find(|check| check.is_broken(present))
    }
}

impl RelationCheck {
    /// The check of `relation`. No segment has more than 64 elements.
    pub fn of(relation: &Relation) -> RelationCheck {
        let bits = relation.positions.iter().map(|&position| bit(position));
        RelationCheck {
            kind: relation.kind,
            first: relation.positions.first().map_or(0, |&position| bit(position)),
            all: bits.fold(0, |all, bit| all | bit),
        }
    }

    /// Whether it is broken. `present` has a bit for each element that is there.
    fn is_broken(&self, present: u64) -> bool {
        let there = self.all & present;
        if there == 0 {
            return self.kind == RelationKind::Required;
        }
        match self.kind {
            RelationKind::Paired => there != self.all,
            RelationKind::Required => false,
            RelationKind::Exclusive => there & there.wrapping_sub(1) != 0,
            RelationKind::Conditional => there & self.first != 0 && there != self.all,
            RelationKind::ListConditional => there == self.first,
        }
    }

    /// The element that breaks it, with the code of the breach.
    #[cold]
    pub fn breach(&self, present: u64) -> (u16, Code) {
        let there = self.all & present;
        match self.kind {
            RelationKind::Required => (lowest(self.first), Code::X202),
            RelationKind::Exclusive => (lowest(there & there.wrapping_sub(1)), Code::X210),
            RelationKind::Paired | RelationKind::Conditional | RelationKind::ListConditional => {
                (lowest(self.all & !present), Code::X202)
            }
        }
    }
}

/// The bit of a position.
#[inline]
pub fn bit(position: u16) -> u64 {
    1u64.checked_shl(u32::from(position).wrapping_sub(1)).unwrap_or(0)
}

fn lowest(bits: u64) -> u16 {
    bits.trailing_zeros() as u16 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_name_the_element_that_breaks_them() {
        let relation = |kind| RelationCheck::of(&Relation { kind, positions: vec![2, 4, 5] });
        let breach = |kind, present: &[u16]| {
            let present = present.iter().fold(0, |bits, &position| bits | bit(position));
            relation(kind).is_broken(present).then(|| relation(kind).breach(present))
        };
        assert_eq!(breach(RelationKind::Paired, &[4]), Some((2, Code::X202)));
        assert_eq!(breach(RelationKind::Paired, &[1]), None);
        assert_eq!(breach(RelationKind::Required, &[1]), Some((2, Code::X202)));
        assert_eq!(breach(RelationKind::Exclusive, &[2, 5]), Some((5, Code::X210)));
        assert_eq!(breach(RelationKind::Conditional, &[2, 4]), Some((5, Code::X202)));
        assert_eq!(breach(RelationKind::Conditional, &[4]), None);
        assert_eq!(breach(RelationKind::ListConditional, &[2]), Some((4, Code::X202)));
        assert_eq!(breach(RelationKind::ListConditional, &[2, 5]), None);
    }

    #[test]
    fn a_relation_is_found_broken_wherever_its_elements_stand() {
        let relation =
            |positions: &[u16]| Relation { kind: RelationKind::Paired, positions: positions.into() };
        let all = Relations::of(&[relation(&[2, 8]), relation(&[3, 9])]);
        let broken = |present: &[u16]| {
            all.broken(present.iter().fold(0, |bits, &position| bits | bit(position))).map(|check| check.all)
        };
        assert_eq!([broken(&[]), broken(&[1, 2, 8]), broken(&[3, 9]), broken(&[12])], [None; 4]);
        assert_eq!([broken(&[2]), broken(&[2, 9])], [Some(bit(2) | bit(8)); 2]);
        assert_eq!([broken(&[3]), broken(&[2, 8, 9])], [Some(bit(3) | bit(9)); 2]);
        assert!(Relations::default().broken(u64::MAX).is_none());
    }
}

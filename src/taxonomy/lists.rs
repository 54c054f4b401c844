//! Lists of numbers, one behind the other: which words a label has, and which labels a word is in.

/// Lists of numbers.
pub struct Lists {
    starts: Vec<u32>,
    /// The numbers of all lists; those behind the last [`Lists::end`] are of the one being made.
    pub items: Vec<u32>,
}

impl Lists {
    /// No list yet.
    pub fn empty() -> Lists {
        Lists { starts: vec![0], items: Vec::new() }
    }

    /// Ends the list that is being made.
    pub fn end(&mut self) {
        self.starts.push(self.items.len() as u32);
    }

    /// One of the lists.
    pub fn of(&self, list: u32) -> &[u32] {
        &self.items[self.starts[list as usize] as usize..self.starts[list as usize + 1] as usize]
    }

    /// Every list, in order.
    pub fn each(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|pair| &self.items[pair[0] as usize..pair[1] as usize])
    }

    /// For each of `count` items the lists that hold it.
    pub fn turned(&self, count: usize) -> Lists {
        let mut starts = vec![0_u32; count + 1];
        for item in &self.items {
            starts[*item as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut free = starts.clone();
        let mut items = vec![0; self.items.len()];
        for (list, held) in self.each().enumerate() {
            for item in held {
                items[free[*item as usize] as usize] = list as u32;
                free[*item as usize] += 1;
            }
        }
        Lists { starts, items }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_turned() {
        let mut lists = Lists::empty();
        for list in [&[0, 2][..], &[], &[2]] {
            lists.items.extend_from_slice(list);
            lists.end();
        }
        let turned = lists.turned(3);
        assert_eq!(turned.each().collect::<Vec<_>>(), [&[0][..], &[], &[0, 2]]);
        assert_eq!(lists.of(2), [2]);
    }
}

//! The numbers of pages: those of one folder stand together, and each keeps its number while others come and go, so that
//! one new page changes few shards. What is alike is near, and so postings are short.

use super::shard::fingerprint;

/// Gives the page at each url a number, and says how many there are in all.
///
/// A group has more numbers than pages; a page's place in it follows from its url.
pub(super) fn number(urls: &[&str]) -> (Vec<u32>, usize) {
    let mut order: Vec<(&str, u64, usize)> =
        urls.iter().enumerate().map(|(page, url)| (folder(url), fingerprint(url), page)).collect();
    order.sort_unstable_by(|a, b| (a.0, a.1, urls[a.2]).cmp(&(b.0, b.1, urls[b.2])));
    let mut numbers = vec![0; urls.len()];
    let mut start = 0;
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let capacity = capacity(group.len());
        let mut taken = vec![false; capacity];
        for (_, hash, page) in group {
            let mut place = (hash % capacity as u64) as usize;
            while taken[place] {
                place = (place + 1) % capacity;
            }
            taken[place] = true;
            numbers[*page] = (start + place) as u32;
        }
        start += capacity;
    }
    (numbers, start)
}

fn folder(url: &str) -> &str {
    url.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// At least a quarter more than the pages, in steps of a half or a third: 2, 3, 4, 6, 8, 12, 16.
fn capacity(pages: usize) -> usize {
    let least = (pages * 5).div_ceil(4);
    let power = least.next_power_of_two();
    if power / 4 * 3 >= least { power / 4 * 3 } else { power }
}

#[cfg(test)]
mod tests {
    use super::{capacity, number};

    #[test]
    fn a_new_page_moves_few_others() {
        let urls: Vec<String> =
            (0..1_000).map(|page| format!("docs/default/component/c{}/{page}/", page % 10)).collect();
        let pages: Vec<_> = urls.iter().map(String::as_str).collect();
        let (before, slots) = number(&pages);
        let (after, _) = number(&pages[..999]);
        let moved = after.iter().zip(&before).filter(|(after, before)| after != before).count();
        assert!(moved <= 20, "{moved}");
        let mut distinct = before.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), pages.len());
        assert!(before.iter().all(|number| (*number as usize) < slots) && slots < 2_000);
    }

    #[test]
    fn groups_have_room() {
        assert_eq!([1, 2, 3, 4, 5, 10, 13, 100].map(capacity), [2, 3, 4, 6, 8, 16, 24, 128]);
    }
}

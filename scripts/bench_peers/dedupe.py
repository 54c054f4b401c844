"""Duplicates: datasketch MinHash LSH and rapidfuzz on our invented jobs, beside our own core.

Usage: python dedupe.py PATH_OF_THE_BENCH_PROGRAM. The truth is known: which jobs were made from one opening.
The others are used as one would begin: LSH over word shingles of the texts, and titles compared within
a company.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy
from datasketch import MinHash, MinHashLSH
from rapidfuzz import fuzz, process

PERMUTATIONS = 128
THRESHOLD = 0.7  # of shingles
TITLE_SCORE = 95  # of 100

Job = dict[str, str]


def shingles(text: str) -> list[bytes]:
    """List the runs of three words."""
    words = text.lower().split()
    return [" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)]


def minhash_pairs(jobs: list[Job]) -> Iterator[tuple[int, int]]:
    """Pairs of jobs whose texts agree, from datasketch."""
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    for at, job in enumerate(jobs):
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch(shingles(job["text"]))
        yield from ((other, at) for other in index.query(signature))
        index.insert(at, signature)


def title_pairs(jobs: list[Job]) -> Iterator[tuple[int, int]]:
    """Pairs of jobs of one company whose titles agree, from rapidfuzz."""
    blocks = defaultdict(list)
    for at, job in enumerate(jobs):
        blocks[job["company"]].append(at)
    for block in blocks.values():
        titles = [jobs[at]["title"] for at in block]
        scorer = fuzz.token_set_ratio
        scores = process.cdist(titles, titles, scorer=scorer, score_cutoff=TITLE_SCORE, workers=1)
        for left, right in numpy.argwhere(scores >= TITLE_SCORE):
            if left < right:
                yield block[left], block[right]


def judge(jobs: list[Job], pairs: Iterator[tuple[int, int]]) -> tuple[int, int, int]:
    """Count copies that share a group with their opening, all copies, and groups of several openings."""
    group = list(range(len(jobs)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for left, right in pairs:
        group[root(right)] = root(left)
    first: dict[str, int] = {}
    openings = defaultdict(set)
    found = copies = 0
    for at, job in enumerate(jobs):
        openings[root(at)].add(job["opening"])
        if job["opening"] in first:
            copies += 1
            found += root(first[job["opening"]]) == root(at)
        else:
            first[job["opening"]] = at
    return found, copies, sum(len(several) > 1 for several in openings.values())


def main() -> None:
    """Print a table of times, ratios and what was found."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], "--jobs-for-peers", folder], check=True)
        jobs = [json.loads(line) for line in (Path(folder) / "jobs.ndjson").read_text().splitlines()]
        ours = json.loads((Path(folder) / "ours.json").read_text())
    print(f"dedupe: {len(jobs):,} invented jobs, processor time on one core")
    line = "  {:<36} {:>8.2f} s, {:,} of {:,} copies found, {:,} groups of several openings"
    print(line.format("job-etl", ours["seconds"], ours["found"], ours["all"], ours["mixed"]))
    peers = [("datasketch MinHash LSH", minhash_pairs), ("rapidfuzz, titles in a company", title_pairs)]
    for name, find in peers:
        start = time.process_time()
        found, copies, mixed = judge(jobs, find(jobs))
        seconds = time.process_time() - start
        ratio = seconds / ours["seconds"]
        print(line.format(name, seconds, found, copies, mixed), f": {ratio:.1f} times our time")


if __name__ == "__main__":
    main()

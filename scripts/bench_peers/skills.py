"""Skills: spaCy's PhraseMatcher and FlashText on our dictionary and our texts, beside our own scan.

Usage: python skills.py PATH_OF_THE_BENCH_PROGRAM. Takes real postings from JOB_ETL_DATA, or invented ones.
The others find spellings only; ours also tells sections, spans and phrases that no dictionary has.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import spacy
from flashtext import KeywordProcessor
from spacy.matcher import PhraseMatcher

SHORTEST_RUN = 1.0  # seconds of measuring, at the least


def rate(texts: list[str], find: Callable[[str], int]) -> tuple[float, int]:
    """Megabytes of text a second, and what one round found."""
    size = sum(len(text.encode()) for text in texts)
    start, rounds, found = time.perf_counter(), 0, 0
    while (spent := time.perf_counter() - start) < SHORTEST_RUN:
        found = sum(find(text) for text in texts)
        rounds += 1
    return size * rounds / 1e6 / spent, found


def spacy_matcher(spellings: list[str]) -> Callable[[str], int]:
    """Tokenizes and matches, as one would to find skills with spaCy."""
    pipeline = spacy.blank("en")
    pipeline.max_length = 10_000_000
    matcher = PhraseMatcher(pipeline.vocab, attr="LOWER")
    matcher.add("skill", list(pipeline.tokenizer.pipe(spellings)))
    return lambda text: len(matcher(pipeline.make_doc(text)))


def flashtext_matcher(spellings: list[str]) -> Callable[[str], int]:
    """Match on word boundaries, in any case."""
    processor = KeywordProcessor(case_sensitive=False)
    processor.add_keywords_from_list(spellings)
    return lambda text: len(processor.extract_keywords(text))


def main() -> None:
    """Print a table of rates and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], "--skills-for-peers", folder], check=True)
        spellings = json.loads((Path(folder) / "spellings.json").read_text())
        texts = [json.loads(line) for line in (Path(folder) / "texts.ndjson").read_text().splitlines()]
        ours = json.loads((Path(folder) / "ours.json").read_text())
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"skills: {len(spellings):,} spellings, {len(texts):,} texts, {size:.1f} MB, one core")
    print(f"  {'job-etl, with sections and grammar':<36} {ours['skills']:>8.1f} MB/s")
    print(f"  {'aho-corasick, bare scan':<36} {ours['automaton']:>8.1f} MB/s")
    for name, make in [("spaCy PhraseMatcher", spacy_matcher), ("FlashText", flashtext_matcher)]:
        speed, found = rate(texts, make(spellings))
        ratio = ours["skills"] / speed
        print(f"  {name:<36} {speed:>8.2f} MB/s, {found:,} matches: ours is {ratio:,.0f} times as fast")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Presidio's pattern recognisers over the files of a folder: one JSON finding a line. Runs in Presidio's own environment.

Names and places need a language model, which pip does not bring along; without one they are not looked for, and what is measured is
what patterns and check digits find.

    presidio_scan.py FOLDER
"""

import json
import logging
import sys
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

MIN_SCORE = 0.5


class NoModel(NlpEngine):
    """Takes the place of a language model and knows nothing."""

    def load(self): pass
    def is_loaded(self): return True
    def process_text(self, text, language): return NlpArtifacts([], [], [], [], self, language)
    def process_batch(self, texts, language, **_): return ((text, self.process_text(text, language)) for text in texts)
    def is_stopword(self, word, language): return False
    def is_punct(self, word, language): return False
    def get_supported_entities(self): return []
    def get_supported_languages(self): return ["en"]


def main():
    logging.disable(logging.CRITICAL)
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    engine = AnalyzerEngine(registry=registry, nlp_engine=NoModel(), supported_languages=["en"])
    for path in sorted(Path(sys.argv[1]).iterdir()):
        text = path.read_text(encoding="utf-8", errors="replace")
        for found in engine.analyze(text, "en", score_threshold=MIN_SCORE):
            start = len(text[:found.start].encode())
            end = start + len(text[found.start:found.end].encode())
            print(json.dumps({"file": path.name, "start": start, "end": end, "type": found.entity_type}))


if __name__ == "__main__":
    main()

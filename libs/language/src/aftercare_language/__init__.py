"""What services do with texts in Chinese and English.

`normalization` replaces variants of characters, `analyser` makes the terms of texts and questions, `ranking` scores articles by them
(BM25), `embeddings` is a client of a server that makes vectors of texts. Nothing here reads or writes a database.
"""

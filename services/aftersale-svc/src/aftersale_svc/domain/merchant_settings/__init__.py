"""What merchants set about their cases, in versions: each setting is a document, whose versions never change."""

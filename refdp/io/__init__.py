"""Files and dictionaries: DeePMD-kit's formats in and out."""

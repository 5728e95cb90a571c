"""Layers and nets in Array API code: nothing here knows of atoms, files or frameworks."""

"""The equations of the book, one function each, in Array API code."""

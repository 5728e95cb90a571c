"""Whole models: what a descriptor becomes when a fitting net, biases and exclusions are put behind it."""

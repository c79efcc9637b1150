"""Faithfulness of learned and fixed bases."""

"""The archive study: distilled students against everything simpler, on many sets."""

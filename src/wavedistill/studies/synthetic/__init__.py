"""The paper's simulation: recover the wavelet that made the response (Sec 4.1 and Appendix B)."""

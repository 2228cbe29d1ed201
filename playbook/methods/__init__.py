"""Methods: one file per question; frames and plain values in, one frozen result out."""
